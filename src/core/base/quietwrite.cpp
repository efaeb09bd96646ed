// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/quietwrite.h"

#include "core/base/signals.h"

#include <cerrno>
#include <csignal>
#include <ctime>

#include <pthread.h>

namespace ForkFd::Internal {

namespace {

/// Blocks SIGPIPE in the calling thread, without changing the disposition of the process.
class BrokenPipeBlocker
{
public:
    BrokenPipeBlocker() noexcept
    {
        ::sigemptyset(&m_brokenPipe);
        ::sigaddset(&m_brokenPipe, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &m_brokenPipe, &m_previousMask);
        m_wasPending = ::sigismember(&m_previousMask, SIGPIPE) == 1 && isPending();
    }
    ~BrokenPipeBlocker()
    {
        const int savedErrno = errno;
        ::pthread_sigmask(SIG_SETMASK, &m_previousMask, nullptr);
        errno = savedErrno;
    }
    BrokenPipeBlocker(const BrokenPipeBlocker &) = delete;
    BrokenPipeBlocker &operator=(const BrokenPipeBlocker &) = delete;

    /// Discards the SIGPIPE of our own write, which was sent to this thread only (signal(7)).
    void discardSignal() const noexcept
    {
        const int savedErrno = errno;
        const timespec immediately = {};
        if (!m_wasPending)
            while (::sigtimedwait(&m_brokenPipe, nullptr, &immediately) < 0 && errno == EINTR) { }
        errno = savedErrno;
    }

private:
    // The signal can only be pending from before if it was blocked before.
    static bool isPending() noexcept
    {
        sigset_t pending;
        ::sigpending(&pending);
        return ::sigismember(&pending, SIGPIPE) == 1;
    }

    sigset_t m_brokenPipe;
    sigset_t m_previousMask;
    bool m_wasPending;
};

} // namespace

ssize_t writeWithSignalBlocked(int fd, const iovec *pieces, int count) noexcept
{
    const CancellationBlocker cancellationBlocker;
    const BrokenPipeBlocker blocker;
    ssize_t written;
    do {
        written = ::writev(fd, pieces, count);
    } while (written < 0 && errno == EINTR);
    if (written < 0 && errno == EPIPE)
        blocker.discardSignal();
    return written;
}

} // namespace ForkFd::Internal
