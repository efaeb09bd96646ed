// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_PIDFDSIGNAL_LINUX_H
#define FORKFD_CORE_BASE_PIDFDSIGNAL_LINUX_H

#include "core/base/refusal.h"

#include <csignal>

#include <sys/syscall.h>
#include <unistd.h>

/// pidfd_send_signal(2). Some container profiles refuse it and allow all other pidfd calls.
namespace ForkFd::Internal::PidFdSignal {

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

} // namespace ForkFd::Internal::PidFdSignal

#endif
