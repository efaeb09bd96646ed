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

/// Blocks SIGPIPE and SIGXFSZ in the calling thread, without changing the dispositions of the process.
class WriteSignalBlocker
{
public:
    WriteSignalBlocker() noexcept
    {
        ::sigemptyset(&m_signals);
        ::sigaddset(&m_signals, SIGPIPE);
        ::sigaddset(&m_signals, SIGXFSZ);
        ::pthread_sigmask(SIG_BLOCK, &m_signals, &m_previousMask);
        ::sigemptyset(&m_pending);
        // A signal can only be pending from before if it was blocked before.
        if (::sigismember(&m_previousMask, SIGPIPE) == 1 || ::sigismember(&m_previousMask, SIGXFSZ) == 1)
            ::sigpending(&m_pending);
    }
    ~WriteSignalBlocker()
    {
        const int savedErrno = errno;
        ::pthread_sigmask(SIG_SETMASK, &m_previousMask, nullptr);
        errno = savedErrno;
    }
    WriteSignalBlocker(const WriteSignalBlocker &) = delete;
    WriteSignalBlocker &operator=(const WriteSignalBlocker &) = delete;

    /// Discards the signal of our own write, which was sent to this thread only (signal(7)).
    void discard(int signal) const noexcept
    {
        if (::sigismember(&m_pending, signal) == 1)
            return;
        const int savedErrno = errno;
        const timespec immediately = {};
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, signal);
        while (::sigtimedwait(&set, nullptr, &immediately) < 0 && errno == EINTR) { }
        errno = savedErrno;
    }

private:
    sigset_t m_signals;
    sigset_t m_previousMask;
    sigset_t m_pending;
};

} // namespace

ssize_t writeWithSignalBlocked(int fd, const iovec *pieces, int count) noexcept
{
    const CancellationBlocker cancellationBlocker;
    const WriteSignalBlocker blocker;
    ssize_t written;
    do {
        written = ::writev(fd, pieces, count);
    } while (written < 0 && errno == EINTR);
    if (written < 0 && errno == EPIPE)
        blocker.discard(SIGPIPE);
    if (written < 0 && errno == EFBIG)
        blocker.discard(SIGXFSZ);
    return written;
}

} // namespace ForkFd::Internal
