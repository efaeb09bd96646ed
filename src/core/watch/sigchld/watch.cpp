// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// onChildSignal() runs in signal handlers: async-signal-safe calls only, no allocation, no lock, no
// logging.

#include "core/watch/sigchld/watch.h"

#include "core/base/waitstatus.h"
#include "core/watch/childwait.h"
#include "core/watch/sigchld/chain.h"
#include "core/watch/sigchld/sweeper.h"
#include "core/watch/sigchld/table.h"

#include <cerrno>

#include <sys/wait.h>

namespace ForkFd::Internal {

void onChildSignal(pid_t pid) noexcept
{
    ChildTable *table = ChildTable::ofThisProcess();
    if (!table) { // A forked copy that has started no child with this library.
        reapForIgnoredSignal();
        return;
    }
    if (pid <= 0) {
        Sweeper::noteSignal(Sweeper::UnknownChild);
        return;
    }
    // Read the count before the table: if it is zero and the table does not have the ended child, that
    // child was not being started either.
    const bool isStarting = table->startsInFlight.load() != 0;
    const bool isOurs = table->endIfOver(pid);
    if (!isOurs && !isStarting && SigChldChain::standsForAutomaticReapingNow())
        ChildWait::reap(pid);
    // Signals coalesce: one signal may stand for several children.
    Sweeper::noteSignal(Sweeper::KnownChild);
}

void reapForIgnoredSignal() noexcept
{
    siginfo_t info = {};
    while (SigChldChain::standsForAutomaticReaping()
           && ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && isEnd(info)) {
        // Looks for the table after the look at the child: the table is made before its first child.
        // Reads the count before the table, as in onChildSignal().
        ChildTable *table = ChildTable::ofThisProcess();
        if (table && (table->startsInFlight.load() != 0 || table->endIfOver(info.si_pid)))
            return;
        ChildWait::reap(info.si_pid);
        info = {};
    }
}

SigChldWatch::~SigChldWatch()
{
    if (m_isStarting)
        m_table->startsInFlight.fetch_sub(1);
    if (!m_slot)
        return;
    if (m_table == ChildTable::ofThisProcess()) {
        m_table->release(m_slot);
    } else { // A forked copy: the slot is the parent's, the descriptors are ours.
        ExitEvent event = m_slot->event();
        event.close();
    }
}

const ExitEvent &SigChldWatch::event() const noexcept
{
    return m_slot->event();
}

bool SigChldWatch::prepare(ExitEvent::Kind kind) noexcept
{
    m_table = ChildTable::makeForThisProcess();
    if (!m_table) {
        errno = ENOMEM;
        return false;
    }
    // Count first: the sweeper's thread stays while starts are in flight.
    m_isStarting = true;
    m_table->startsInFlight.fetch_add(1);
    if (const int errorCode = Sweeper::ensureRunning(); errorCode != 0) {
        errno = errorCode;
        return false;
    }
    m_slot = m_table->reserve(kind);
    if (!m_slot)
        return false;
    // If no handler can be installed now, the sweeper sees the end.
    SigChldChain::install(onChildSignal);
    // Where SIGCHLD was auto-reaping, a leader did not stay a zombie.
    m_slot->setKeepsEnded(leadsGroup() && !SigChldChain::standsForAutomaticReaping());
    return true;
}

void SigChldWatch::watch(pid_t pid) noexcept
{
    begin(pid, m_slot->event().readable);
    m_table->publish(m_slot, pid);
    m_isStarting = false;
    m_table->startsInFlight.fetch_sub(1);
    Sweeper::childAdded();
}

std::optional<ExitInfo> SigChldWatch::tryCollect() noexcept
{
    m_table->endIfOver(m_slot);
    return m_slot->collect();
}

std::optional<ExitInfo> SigChldWatch::tryLook() noexcept
{
    m_table->endIfOver(m_slot);
    return m_slot->result();
}

void SigChldWatch::doDisownDescriptor() noexcept
{
    m_slot->disownReadable();
}

int SigChldWatch::trySendSignal(int signal) noexcept
{
    return m_slot->sendSignal(signal, ChildSlot::Process);
}

int SigChldWatch::trySendSignalToGroup(int signal) noexcept
{
    return m_slot->sendSignal(signal, ChildSlot::Group);
}

} // namespace ForkFd::Internal
