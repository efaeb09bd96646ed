// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_SELDOMSET_H
#define FORKFD_SELDOMSET_H

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace ForkFd::Internal {

/// A value that most objects never set: it reads as a default one until then, and costs them a pointer.
template<typename T>
class SeldomSet
{
public:
    explicit operator bool() const noexcept { return m_value != nullptr; }
    const T &get() const noexcept { return m_value ? *m_value : unset(); }
    const T *operator->() const noexcept { return &get(); }
    void set(T value) { m_value = std::make_unique<T>(std::move(value)); }
    void reset() noexcept { m_value.reset(); }

private:
    // Never destroyed: static objects read it until the end.
    static const T &unset() noexcept
    {
        alignas(T) static std::array<std::byte, sizeof(T)> memory;
        static const T *const value = new (memory.data()) T{};
        return *value;
    }

    std::unique_ptr<T> m_value;
};

} // namespace ForkFd::Internal

#endif
