// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_UNIQUEFD_H
#define FORKFD_CORE_BASE_UNIQUEFD_H

#include <ForkFd/export.h>

#include <utility>

namespace ForkFd::Internal {

/// Owns one file descriptor, or none (-1). All code of the parent closes descriptors through it; code of
/// a new child uses ChildFd.
class UniqueFd
{
public:
    UniqueFd() noexcept = default;
    explicit UniqueFd(int fd) noexcept
        : m_fd(fd)
    {
    }
    UniqueFd(UniqueFd &&other) noexcept
        : m_fd(other.release())
    {
    }
    UniqueFd &operator=(UniqueFd &&other) noexcept
    {
        reset(other.release());
        return *this;
    }
    ~UniqueFd() { reset(); }

    /// A duplicate of `fd` above 2, close-on-exec. Empty with errno; EMFILE also if the limit leaves no
    /// such number.
    FORKFD_EXPORT static UniqueFd duplicate(int fd) noexcept;

    int get() const noexcept { return m_fd; }
    explicit operator bool() const noexcept { return m_fd >= 0; }
    int release() noexcept { return std::exchange(m_fd, -1); }
    /// Closes the descriptor once, whatever close() returns, and preserves errno.
    FORKFD_EXPORT void reset(int fd = -1) noexcept;

private:
    int m_fd = -1;
};

/// Both ends of a pipe, close-on-exec from birth.
struct Pipe
{
    UniqueFd readEnd;
    UniqueFd writeEnd;

    /// False with errno if no descriptor is available; then the pipe is unchanged.
    FORKFD_EXPORT bool open() noexcept;
};

} // namespace ForkFd::Internal

#endif
