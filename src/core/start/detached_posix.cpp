// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/detached.h"

#include "core/base/staycode.h"
#include "core/watch/childwait.h"
#include "core/watch/sigchld/watch.h"

#include <cerrno>
#include <csignal>

#include <unistd.h>

namespace ForkFd::Internal {

struct OrphanWatch::Private
{
    SigChldWatch *watch = new SigChldWatch;
    ExitWatchPtr owner{watch};
};

OrphanWatch::OrphanWatch() noexcept = default;
OrphanWatch::~OrphanWatch() = default;

int OrphanWatch::prepare()
{
    if (::getpid() != 1) // POSIX has no subreapers.
        return 0;
    keepCodeLoaded();
    m_private = std::make_unique<Private>();
    return m_private->watch->prepare(ExitEvent::Private) ? 0 : errno;
}

void OrphanWatch::adopt(pid_t orphan) noexcept
{
    if (m_private && orphan > 0 && ChildWait::look(orphan).sight != ChildWait::Finding::Gone)
        m_private->watch->watch(orphan);
}

// kill(2) still reaches a zombie, which PID 1 finds.
bool hasOrphanEnded(pid_t orphan) noexcept
{
    return (::kill(orphan, 0) != 0 && errno == ESRCH)
        || ChildWait::look(orphan).sight == ChildWait::Finding::Over;
}

StartResult System::startOrphan(const StartPlan &plan)
{
    DetachedContext child(plan);
    return DetachedAttempt(child).run();
}

} // namespace ForkFd::Internal
