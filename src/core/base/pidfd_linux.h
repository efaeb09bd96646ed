// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_PIDFD_LINUX_H
#define FORKFD_CORE_BASE_PIDFD_LINUX_H

#include "core/base/refusal.h"
#include "core/base/uniquefd.h"

#include <cerrno>
#include <csignal>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace ForkFd::Internal {

/// pidfd_open(2), since Linux 5.3. On failure returns no descriptor, with errno: ESRCH if there is no
/// such process.
inline UniqueFd openPidFd(pid_t pid) noexcept
{
    UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    // If a process group or session still has the number of a reaped process, Linux before 6.15 returns
    // EINVAL, and some later versions return ENOENT (pidfd_prepare() in kernel/fork.c).
    if (!pidfd && (errno == EINVAL || errno == ENOENT)) {
        const int errorCode = errno;
        errno = ::kill(pid, 0) != 0 && errno == ESRCH ? ESRCH : errorCode;
    }
    return pidfd;
}

/// pidfd_send_signal(2). Some container profiles refuse it and allow all other pidfd calls.
namespace PidFdSignal {

/// PIDFD_SIGNAL_PROCESS_GROUP from linux/pidfd.h of Linux 6.9.
inline constexpr unsigned toProcessGroup = 1U << 2;

/// Returns 0 or an errno.
inline int send(int pidfd, int signal, unsigned flags = 0) noexcept
{
    return ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, flags) == 0 ? 0 : errno;
}

/// Whether `errorCode` from send() comes from a filter. The kernel returns EPERM for a process with
/// another identity and EINVAL for an invalid signal. But it checks the descriptor first, and no
/// descriptor has the number -1: the kernel itself answers EBADF there.
inline bool isFiltered(int errorCode) noexcept
{
    if (errorCode == EPERM || errorCode == EINVAL)
        return send(-1, 0) != EBADF;
    return isRefusal(errorCode);
}

} // namespace PidFdSignal

/// A handle to a process that need not be a child: its number, and a pidfd (Linux 5.3) that never refers
/// to another process. The number may have been given to another process before the pidfd was opened;
/// the caller has to check that afterwards.
class ProcessHandle
{
public:
    explicit ProcessHandle(pid_t pid) noexcept
        : m_pid(pid)
        , m_pidfd(openPidFd(pid))
    {
    }

    pid_t pid() const noexcept { return m_pid; }
    /// If false, errno gives the reason right after construction.
    bool isOpen() const noexcept { return static_cast<bool>(m_pidfd); }
    /// Readable when the process has ended; -1 if it is not open.
    int descriptor() const noexcept { return m_pidfd.get(); }
    /// Returns 0 or an errno; ESRCH also if the pidfd could not be opened.
    int sendSignal(int signal) const noexcept
    {
        if (!m_pidfd)
            return ESRCH;
        const int errorCode = PidFdSignal::send(m_pidfd.get(), signal);
        return PidFdSignal::isFiltered(errorCode) ? signalByNumber(signal) : errorCode;
    }
    /// Whether the process has not been reaped.
    bool exists() const noexcept { return m_pidfd && sendSignal(0) != ESRCH; }

private:
    // The number belongs to the process until the process ends. The pidfd is readable after that.
    int signalByNumber(int signal) const noexcept
    {
        pollfd entry = {m_pidfd.get(), POLLIN, 0};
        int count;
        while ((count = ::poll(&entry, 1, 0)) < 0 && errno == EINTR) { }
        if (count > 0)
            return ESRCH;
        return ::kill(m_pid, signal) == 0 ? 0 : errno;
    }

    pid_t m_pid;
    UniqueFd m_pidfd;
};

} // namespace ForkFd::Internal

#endif
