// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Runs in signal handlers: async-signal-safe calls only. It calls waitid, wait4, waitpid and
// pthread_setcancelstate.

#include "core/watch/childwait.h"

#include "core/base/refusal.h"
#include "core/base/signals.h"
#include "core/base/waitstatus.h"

#include <cerrno>

#include <sys/resource.h>
#include <sys/wait.h>

namespace ForkFd::Internal::ChildWait {

namespace {

#ifdef __WALL
// Before its exec a child may have no exit signal. Waits see such a child only with this flag.
constexpr int anyChild = __WALL;
#else
constexpr int anyChild = 0;
#endif

Finding failed() noexcept
{
    return {isRefusal(errno) ? Finding::Refused : Finding::Gone};
}

// waitid(2) does not return EINTR with WNOHANG, but a filter may.
Finding askWaitId(pid_t child, int options) noexcept
{
    siginfo_t info = {};
    int result;
    do {
        result = ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | anyChild | options);
    } while (result != 0 && errno == EINTR);
    if (result != 0)
        return failed();
    return isEnd(info) ? Finding{Finding::Over, exitInfoOf(info)} : Finding{Finding::Running};
}

} // namespace

Finding look(pid_t child) noexcept
{
    const CancellationBlocker blocker;
    return askWaitId(child, WNOHANG | WNOWAIT);
}

Finding reap(pid_t child) noexcept
{
    const CancellationBlocker blocker;
    int status = 0;
    rusage usage = {};
    pid_t reaped;
    do {
        reaped = ::wait4(child, &status, WNOHANG | anyChild, &usage);
    } while (reaped < 0 && errno == EINTR);
    if (reaped < 0)
        return isRefusal(errno) ? askWaitId(child, WNOHANG) : failed();
    if (reaped == 0 || WIFSTOPPED(status))
        return {Finding::Running};
    Finding finding = {Finding::Over, exitInfoOfWaitStatus(status)};
    finding.end.hasUsage = true;
    finding.end.usage = usage;
    return finding;
}

void awaitEnd(pid_t child) noexcept
{
    const CancellationBlocker blocker;
    pid_t reaped;
    int status = 0;
    while (((reaped = ::waitpid(child, &status, anyChild)) < 0 && errno == EINTR)
           || (reaped == child && WIFSTOPPED(status))) { }
    if (reaped < 0 && isRefusal(errno))
        while (::waitid(P_PID, static_cast<id_t>(child), nullptr, WEXITED | anyChild) != 0
               && errno == EINTR) { }
}

} // namespace ForkFd::Internal::ChildWait
