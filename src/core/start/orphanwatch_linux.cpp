// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/orphanwatch.h"

#include "core/start/ladder_linux.h"
#include "core/start/preparedwatch_linux.h"

#include <sys/prctl.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

bool orphansComeToUs() noexcept
{
    int isSubreaper = 0;
    return ::getpid() == 1 || (::prctl(PR_GET_CHILD_SUBREAPER, &isSubreaper) == 0 && isSubreaper != 0);
}

} // namespace

struct OrphanWatch::Private
{
    PreparedWatch watch;
};

OrphanWatch::OrphanWatch() noexcept
    : m_adopts(orphansComeToUs())
{
}

OrphanWatch::~OrphanWatch() = default;

int OrphanWatch::prepare()
{
    if (!m_adopts)
        return 0;
    m_private = std::make_unique<Private>();
    while (true) {
        const Rung rung = Ladder::rungFor(Creation::ByNumber);
        const int errorCode = m_private->watch.prepare(rung, ExitEvent::Private);
        if (errorCode == 0 || isWatchedByNumber(rung) || !Ladder::giveUpAfter(rung, errorCode))
            return errorCode;
    }
}

void OrphanWatch::adopt(pid_t orphan) noexcept
{
    if (m_private && orphan > 0 && m_private->watch.beginIfChild(orphan))
        m_private->watch.take().reset(); // Releasing the watch leaves the orphan to the reaper.
}

} // namespace ForkFd::Internal
