// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_GUARDIAN_LIST_H
#define FORKFD_GUARDIAN_LIST_H

#include <cstddef>
#include <cstdlib>
#include <type_traits>

namespace ForkFd::Internal {

/// An array that grows. The guardian does not use libstdc++: a program may bring its own along, in a
/// place where the guardian would not find it.
template<typename T>
class List
{
    static_assert(std::is_trivially_copyable_v<T>);

public:
    List() noexcept = default;
    ~List() { std::free(m_elements); }
    List(const List &) = delete;
    List &operator=(const List &) = delete;

    /// Does nothing without memory.
    void add(const T &element) noexcept
    {
        if (m_size == m_capacity && !grow())
            return;
        m_elements[m_size++] = element;
    }
    void clear() noexcept { m_size = 0; }
    std::size_t size() const noexcept { return m_size; }
    const T *begin() const noexcept { return m_elements; }
    const T *end() const noexcept { return m_elements + m_size; }

private:
    bool grow() noexcept
    {
        const std::size_t capacity = m_capacity * 2 + 64;
        void *larger = std::realloc(m_elements, capacity * sizeof(T));
        if (!larger)
            return false;
        m_elements = static_cast<T *>(larger);
        m_capacity = capacity;
        return true;
    }

    T *m_elements = nullptr;
    std::size_t m_size = 0;
    std::size_t m_capacity = 0;
};

} // namespace ForkFd::Internal

#endif
