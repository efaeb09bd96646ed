// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_CHILDFD_H
#define FORKFD_CORE_START_CHILDFD_H

#include <cerrno>

#include <unistd.h>

namespace ForkFd::Internal {

/// Owns a file descriptor of a new child, or none. For the child's code between clone and exec: if the
/// child shares the parent's memory, UniqueFd would make WriteEnds forget a descriptor of the parent
/// that has the same number.
class ChildFd
{
public:
    explicit ChildFd(int fd) noexcept
        : m_fd(fd)
    {
    }
    /// Preserves errno.
    ~ChildFd()
    {
        if (m_fd < 0)
            return;
        const int savedErrno = errno;
        ::close(m_fd);
        errno = savedErrno;
    }
    ChildFd(const ChildFd &) = delete;
    ChildFd &operator=(const ChildFd &) = delete;

    int get() const noexcept { return m_fd; }
    explicit operator bool() const noexcept { return m_fd >= 0; }

private:
    const int m_fd;
};

} // namespace ForkFd::Internal

#endif
