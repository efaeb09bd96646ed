// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/start.h"

#include "core/base/refusal.h"
#include "core/start/child_calls.h"
#include "core/start/clone_linux.h"
#include "core/start/detachedattempt.h"
#include "core/start/dumpable_linux.h"
#include "core/start/ladder_linux.h"
#include "core/start/plan.h"
#include "core/watch/childwait.h"

#include <cerrno>

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ForkFd::Internal::System {

namespace {

/// A detached start without a copy of our memory: parent, child and orphan share it until the exec.
class LinuxDetachedAttempt : public DetachedAttempt
{
public:
    explicit LinuxDetachedAttempt(const StartPlan &plan) noexcept
        : DetachedAttempt(plan)
        , m_sharesMemory(maySeeOurMemory(plan) && sharesMemory(Ladder::rungFor(Creation::Any)))
    {
    }

    Outcome run() noexcept
    {
        const Outcome outcome = m_sharesMemory ? cloneSharingMemory() : TryNextRung;
        return outcome == TryNextRung ? DetachedAttempt::run() : outcome;
    }

private:
    Outcome cloneSharingMemory() noexcept
    {
        const ChildStack stack;
        const ChildStack orphanStack;
        if (const int errorCode = stack ? orphanStack.errorCode() : stack.errorCode())
            return isRefusal(errorCode) ? TryNextRung : fail(Step::Clone, errorCode);
        int mark = -1;
        m_context.sharedMark = &mark;
        m_context.createOrphan = ChildCalls::cloneOrphan;
        m_context.orphanStack = orphanStack.top();
        const DumpableKeeper dumpable(m_context.plan->changesIdentity());
        // Without an exit signal, the child raises no SIGCHLD and is invisible to wait().
        const pid_t child = ::clone(childMain, stack.top(), CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID,
                                    &m_context, &mark);
        if (child < 0)
            return isRefusal(errno) ? TryNextRung : failCreation(errno);
        awaitOrphan();
        if (m_report.stage != ChildReport::NotSeen)
            return finish(child);
        // The child has a copy of our memory, or was killed early. The start by fork() finds out.
        ChildWait::awaitEnd(child);
        return TryNextRung;
    }

    // The child sleeps until the orphan no longer uses our memory. If another process has killed the
    // child, the parent waits here instead.
    void awaitOrphan() noexcept
    {
        while (const pid_t orphan = m_context.orphanHere)
            ::syscall(SYS_futex, &m_context.orphanHere, FUTEX_WAIT, orphan, nullptr, nullptr, 0);
    }

    const bool m_sharesMemory;
};

} // namespace

pid_t startOrphan(const StartPlan &plan, StartFailure &failure)
{
    return startOrphanBy<LinuxDetachedAttempt>(plan, failure);
}

} // namespace ForkFd::Internal::System
