// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/detached.h"

#include "core/base/processstatus_linux.h"
#include "core/base/refusal.h"
#include "core/base/staycode.h"
#include "core/start/child_calls.h"
#include "core/start/clone_linux.h"
#include "core/start/dumpable_linux.h"
#include "core/start/ladder_linux.h"
#include "core/start/preparedwatch_linux.h"
#include "core/watch/childwait.h"

#include <cerrno>
#include <csignal>
#include <exception>
#include <optional>

#include <linux/futex.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

/// A detached start without a copy of our memory: parent, child and orphan share it until the exec.
class LinuxDetachedAttempt final : public DetachedAttempt
{
public:
    using DetachedAttempt::DetachedAttempt;

private:
    Outcome create() override
    {
        const bool canShare = maySeeOurMemory() && sharesMemory(Ladder::rungFor(Creation::Any));
        const Outcome outcome = canShare ? cloneSharingMemory() : TryNextRung;
        return outcome == TryNextRung ? DetachedAttempt::create() : outcome;
    }

    Outcome cloneSharingMemory() noexcept
    {
        const ChildStack stack;
        const ChildStack orphanStack;
        if (const int errorCode = stack ? orphanStack.errorCode() : stack.errorCode())
            return isRefusal(errorCode) ? TryNextRung : fail(Step::Clone, errorCode);
        int mark = -1;
        m_child.sharedMark = &mark;
        m_detached.createOrphan = ChildCalls::cloneOrphan;
        m_detached.orphanStack = orphanStack.top();
        const DumpableKeeper dumpable(m_detached.plan.changesIdentity());
        // Without an exit signal, the child raises no SIGCHLD and is invisible to wait().
        const pid_t child = ::clone(childMain, stack.top(), CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID,
                                    &m_child, &mark);
        if (child < 0)
            return isRefusal(errno) ? TryNextRung : failCreation(errno);
        awaitOrphan();
        if (m_child.hasBegun)
            return finish(child);
        // The child has a copy of our memory, or was killed early. The start by fork() finds out.
        ChildWait::awaitEnd(child);
        return TryNextRung;
    }

    // The child sleeps until the orphan no longer uses our memory. If another process has killed the
    // child, the parent waits here instead.
    void awaitOrphan() noexcept
    {
        while (const pid_t orphan = m_detached.orphanHere)
            ::syscall(SYS_futex, &m_detached.orphanHere, FUTEX_WAIT, orphan, nullptr, nullptr, 0);
    }
};

bool orphansComeToUs() noexcept
{
    int isSubreaper = 0;
    return ::getpid() == 1
        || (::prctl(PR_GET_CHILD_SUBREAPER, &isSubreaper, 0, 0, 0) == 0 && isSubreaper != 0);
}

} // namespace

struct OrphanWatch::Private
{
    PreparedWatch watch;
};

OrphanWatch::OrphanWatch() noexcept = default;
OrphanWatch::~OrphanWatch() = default;

int OrphanWatch::prepare()
{
    if (!orphansComeToUs())
        return 0;
    keepCodeLoaded();
    m_private = std::make_unique<Private>();
    return m_private->watch.prepareForNumber(ExitEvent::Private, false);
}

void OrphanWatch::adopt(pid_t orphan) noexcept
{
    if (m_private && orphan > 0 && m_private->watch.beginIfChild(orphan))
        m_private->watch.take().reset(); // Releasing the watch leaves the orphan to the keeper.
}

// It is a zombie until init, or this process, collects it. In a shortage it counts as alive.
bool hasOrphanEnded(pid_t orphan) noexcept
try {
    if ((::kill(orphan, 0) != 0 && errno == ESRCH)
        || ChildWait::look(orphan).sight == ChildWait::Finding::Over)
        return true;
    const std::optional<ProcessStatus> status = statusOf(orphan);
    return status && status->isOver();
} catch (const std::exception &) {
    return false;
}

StartResult System::startOrphan(const StartPlan &plan)
{
    DetachedContext child(plan);
    return LinuxDetachedAttempt(child).run();
}

} // namespace ForkFd::Internal
