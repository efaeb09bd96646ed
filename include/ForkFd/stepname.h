// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_STEPNAME_H
#define FORKFD_STEPNAME_H

#if __cplusplus < 201703L
#error "ForkFd needs C++17 or newer"
#endif

#include <string_view>
#include <type_traits>
#include <utility>

/// \file
/// The name of a step of a start, as a text.

namespace ForkFd {

/// The name of the step of a start that failed, such as "exec"; null if nothing failed.
///
/// It is used like a `const char *`, but compares the text and not the address. It can be compared with
/// any type that can be compared with a `const char *`:
/// \code
/// if (child.startError().step == "exec")
///     qWarning() << child.startError().step << child.startError().errorCode;
/// \endcode
/// If nothing failed, it converts to a null `const char *`. It also converts to classes that can be
/// constructed from a `const char *`, such as std::string, QByteArray and QByteArrayView; these are
/// empty if nothing failed. Before you pass it to a function that has overloads for several of these
/// types, such as QString::arg(), convert it to one of them. A StepName keeps the pointer, not the
/// characters. Any thread. \since 0.1 \ingroup starting
class StepName
{
    // Not std::is_constructible, which must not be used with a class that is only declared so far.
    template<typename T>
    using IfText = std::enable_if_t<std::is_class_v<T>, decltype(T(std::declval<const char *>()))>;
    template<typename T, typename = IfText<T>>
    using Appendable = std::remove_reference_t<decltype(std::declval<T &>() += "")>;
    template<typename T>
    using Compared =
        std::enable_if_t<std::is_class_v<T> && !std::is_same_v<T, StepName>,
                         decltype(std::declval<const char *>() == std::declval<const T &>())>;

public:
    /// Creates a null name: nothing failed.
    constexpr StepName() noexcept = default;
    /// Keeps the pointer.
    explicit constexpr StepName(const char *name) noexcept
        : m_name(name)
    {
    }
    /// Keeps the pointer.
    constexpr StepName &operator=(const char *name) noexcept
    {
        m_name = name;
        return *this;
    }

    /// Returns the name; null if nothing failed.
    constexpr operator const char *() const noexcept { return m_name; }
    /// Returns the name as a text of type T; empty if nothing failed.
    template<typename T, typename = IfText<T>>
    operator T() const
    {
        return T(text());
    }

    /// Compares the texts; null equals an empty text.
    friend bool operator==(const StepName &a, const char *b) noexcept
    {
        return std::string_view(a.text()) == (b ? b : "");
    }
    /// Compares the texts.
    friend bool operator==(const StepName &a, const StepName &b) noexcept { return a == b.m_name; }
    /// Compares the texts.
    friend bool operator==(const char *a, const StepName &b) noexcept { return b == a; }
    /// Compares the texts.
    template<typename T>
    friend Compared<T> operator==(const StepName &a, const T &b)
    {
        return a.text() == b;
    }
    /// Compares the texts.
    template<typename T>
    friend Compared<T> operator==(const T &a, const StepName &b)
    {
        return b.text() == a;
    }
    /// Compares the texts.
    friend bool operator!=(const StepName &a, const char *b) noexcept { return !(a == b); }
    /// Compares the texts.
    friend bool operator!=(const StepName &a, const StepName &b) noexcept { return !(a == b); }
    /// Compares the texts.
    friend bool operator!=(const char *a, const StepName &b) noexcept { return !(b == a); }
    /// Compares the texts.
    template<typename T>
    friend Compared<T> operator!=(const StepName &a, const T &b)
    {
        return !(a == b);
    }
    /// Compares the texts.
    template<typename T>
    friend Compared<T> operator!=(const T &a, const StepName &b)
    {
        return !(b == a);
    }

    /// Appends the name.
    template<typename T>
    friend Appendable<T> &operator+=(T &a, const StepName &b)
    {
        return a += b.text();
    }
    /// Returns both texts in one.
    template<typename T>
    friend Appendable<T> operator+(T a, const StepName &b)
    {
        a += b.text();
        return a;
    }
    /// Returns both texts in one.
    template<typename T>
    friend Appendable<T> operator+(const StepName &a, const T &b)
    {
        T both(a.text());
        both += b;
        return both;
    }
    /// Prints the name to a std::ostream, a QDebug or another stream that prints `const char *`.
    template<typename Stream>
    friend auto operator<<(Stream &&stream, const StepName &step)
        -> decltype(std::forward<Stream>(stream) << std::declval<const char *>())
    {
        return std::forward<Stream>(stream) << step.text();
    }

private:
    constexpr const char *text() const noexcept { return m_name ? m_name : ""; }

    const char *m_name = nullptr;
};

} // namespace ForkFd

#endif
