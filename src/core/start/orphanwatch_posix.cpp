// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/orphanwatch.h"

#include "core/watch/childwait.h"
#include "core/watch/sigchld/watch.h"

#include <ForkFd/spawn.h>

#include <cerrno>

#include <unistd.h>

namespace ForkFd::Internal {

struct OrphanWatch::Private
{
    SigChldWatch *watch = new SigChldWatch;
    ExitWatchPtr owner{watch};
};

// POSIX has no subreapers.
OrphanWatch::OrphanWatch() noexcept
    : m_adopts(::getpid() == 1)
{
}

OrphanWatch::~OrphanWatch() = default;

int OrphanWatch::prepare()
{
    if (!m_adopts)
        return 0;
    m_private = std::make_unique<Private>();
    return m_private->watch->prepare(ExitEvent::Private) ? 0 : errno;
}

void OrphanWatch::adopt(pid_t orphan) noexcept
{
    if (m_private && orphan > 0 && ChildWait::look(orphan).sight != ChildWait::Finding::Gone)
        m_private->watch->watch(orphan);
}

} // namespace ForkFd::Internal
