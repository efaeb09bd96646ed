// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Runs in the child between clone and exec: async-signal-safe calls only.

#include "childcalls.h"

#include <climits>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

// libc's functions change every thread of the process that it believes to be in: here the parent's.
#ifdef SYS_setuid32 // The others take 16 bits there (setuid(2), "C library/kernel differences").
constexpr long setUserId = SYS_setuid32;
constexpr long setGroupId = SYS_setgid32;
#else
constexpr long setUserId = SYS_setuid;
constexpr long setGroupId = SYS_setgid;
#endif

} // namespace

void ChildCalls::markCloseOnExecFrom(int lowest) noexcept
{
    // Linux 5.11, and a filter may refuse it.
    if (::syscall(SYS_close_range, lowest, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    const long end = ::sysconf(_SC_OPEN_MAX);
    for (int fd = lowest; fd < end; ++fd)
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

bool ChildCalls::resetIds() noexcept
{
    // The flag belongs to the memory, and a change of identity clears it (prctl(2), PR_SET_DUMPABLE).
    const bool wasDumpable = ::prctl(PR_GET_DUMPABLE) == 1;
    const bool isReset = ::syscall(setGroupId, ::getgid()) == 0 && ::syscall(setUserId, ::getuid()) == 0;
    if (wasDumpable)
        ::prctl(PR_SET_DUMPABLE, 1);
    return isReset;
}

pid_t ChildCalls::cloneOrphan(ChildContext &context) noexcept
{
    const pid_t orphan = ::clone(orphanMain, context.orphanStack, CLONE_VM | CLONE_VFORK, &context);
    // In a container there may be no init that would collect it.
    if (orphan > 0 && context.report->stage == ChildReport::Failed)
        ::waitpid(orphan, nullptr, __WALL);
    return orphan;
}

} // namespace ForkFd::Internal
