// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/uniquefd.h"

#include "core/base/signals.h"
#include "core/base/writeends.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace ForkFd::Internal {

void UniqueFd::reset(int fd) noexcept
{
    const int old = std::exchange(m_fd, fd);
    if (old < 0)
        return;
    // No second close() after EINTR: Linux has already released the number (close(2), "Dealing with
    // error returns from close()").
    const int savedErrno = errno;
    // close(2) is a cancellation point. Unwinding out of a destructor would call std::terminate().
    const CancellationBlocker blocker;
    WriteEnds::remove(old); // Before another file can get the number.
    ::close(old);
    errno = savedErrno;
}

UniqueFd UniqueFd::duplicate(int fd) noexcept
{
    UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!copy && errno == EINVAL) // RLIMIT_NOFILE is 3 or less (fcntl(2)).
        errno = EMFILE;
    return copy;
}

bool Pipe::open() noexcept
{
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0)
        return false;
    readEnd.reset(fds[0]);
    writeEnd.reset(fds[1]);
    return true;
}

} // namespace ForkFd::Internal
