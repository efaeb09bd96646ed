// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/detachedattempt.h"

#include "core/watch/childwait.h"

#include <cerrno>

#include <unistd.h>

namespace ForkFd::Internal {

StartAttempt::Outcome DetachedAttempt::run() noexcept
{
    m_context.createOrphan = forkOrphan;
    m_report = {};
    pid_t child = -1;
    const Outcome outcome = startCopy(
        false, [] { return ::fork(); },
        [this, &child](pid_t pid) {
            child = pid;
            return pid < 0 ? failCreation(errno) : Started;
        },
        []() -> ExitWatch * { return nullptr; });
    const Outcome end = child < 0 ? NotStarted : finish(child);
    return outcome == Started ? end : outcome;
}

StartAttempt::Outcome DetachedAttempt::finish(pid_t child) noexcept
{
    // No signal interrupts this wait, since all are blocked. Other code may reap the child: no harm
    // done.
    ChildWait::awaitEnd(child);
    if (m_report.stage == ChildReport::Failed)
        return failAsReported();
    // A child without a report was killed.
    return m_report.orphan > 0 ? Started : fail(Step::Clone, ECHILD);
}

} // namespace ForkFd::Internal
