// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/detached.h"

#include "core/watch/childwait.h"
#include "core/watch/sigchld/chain.h"

#include <cerrno>

#include <unistd.h>

namespace ForkFd::Internal {

StartResult DetachedAttempt::run()
{
    OrphanWatch watch;
    const int errorCode = watch.prepare();
    m_child.ignoresSigChld = SigChldChain::standsForIgnore();
    const Outcome outcome = errorCode == 0 ? create() : failCreation(errorCode);
    // A failed orphan becomes our child, too, unless its first parent has reaped it.
    watch.adopt(m_child.report.orphan);
    if (outcome != Started)
        return {.failure = failure()};
    return {.orphan = m_child.report.orphan};
}

StartAttempt::Outcome DetachedAttempt::create()
{
    m_detached.createOrphan = forkOrphan;
    m_child.report = {};
    const Outcome outcome = startCopy(false);
    const Outcome end = m_between < 0 ? NotStarted : finish(m_between);
    return outcome == Started ? end : outcome;
}

pid_t DetachedAttempt::createCopy() noexcept
{
    return ::fork();
}

StartAttempt::Outcome DetachedAttempt::watchCopy(pid_t pid) noexcept
{
    m_between = pid;
    return pid < 0 ? failCreation(errno) : Started;
}

StartAttempt::Outcome DetachedAttempt::finish(pid_t between) noexcept
{
    // No signal interrupts this wait, since all are blocked. Other code may reap the child: no harm
    // done.
    ChildWait::awaitEnd(between);
    if (m_child.report.stage == ChildReport::Failed)
        return failAsReported();
    // A child without a report was killed.
    return m_child.report.orphan > 0 ? Started : fail(Step::Clone, ECHILD);
}

} // namespace ForkFd::Internal
