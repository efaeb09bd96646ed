// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_PIDFD_LINUX_H
#define FORKFD_CORE_BASE_PIDFD_LINUX_H

#include "core/base/pidfdsignal_linux.h"
#include "core/base/uniquefd.h"

#include <cerrno>
#include <csignal>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace ForkFd::Internal {

/// Holds on to a process that need not be a child of ours: a number, and a pidfd (Linux 5.3) that never
/// means another process. Whether it is the process that the number was found for is for the caller to
/// check, after it was opened.
class ProcessHandle
{
public:
    explicit ProcessHandle(pid_t pid) noexcept
        : m_pid(pid)
        , m_pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)))
    {
    }

    pid_t pid() const noexcept { return m_pid; }
    /// Otherwise errno said why right after the construction.
    bool isOpen() const noexcept { return static_cast<bool>(m_pidfd); }
    /// Returns 0 or an errno; ESRCH also when it could not be opened.
    int sendSignal(int signal) const noexcept
    {
        if (!m_pidfd)
            return ESRCH;
        const int errorCode = PidFdSignal::send(m_pidfd.get(), signal);
        return PidFdSignal::isFiltered(errorCode) ? signalByNumber(signal) : errorCode;
    }
    /// Whether it has not been reaped.
    bool exists() const noexcept { return m_pidfd && sendSignal(0) != ESRCH; }

private:
    // The number is this process's as long as the process has not ended, which the pidfd tells.
    int signalByNumber(int signal) const noexcept
    {
        pollfd entry = {m_pidfd.get(), POLLIN, 0};
        if (::poll(&entry, 1, 0) > 0)
            return ESRCH;
        return ::kill(m_pid, signal) == 0 ? 0 : errno;
    }

    pid_t m_pid;
    UniqueFd m_pidfd;
};

} // namespace ForkFd::Internal

#endif
