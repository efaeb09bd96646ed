// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// endIfOver() runs in signal handlers: async-signal-safe calls only, no allocation, no lock, no logging.
// It calls waitid, wait4, pthread_sigmask, pthread_setcancelstate, nanosleep, write, send, shutdown and
// close.

#include "core/watch/sigchld/slot.h"

#include "core/base/signals.h"
#include "core/watch/childwait.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>

namespace ForkFd::Internal {

namespace {

using ChildWait::Finding;

constexpr pid_t anyNumber = 0;

// For another thread that makes only a few system calls, with all signals blocked.
void pauseBriefly() noexcept
{
    const timespec moment = {0, 20'000};
    ::nanosleep(&moment, nullptr);
}

// The result of the look is the answer, and the wait adds the resource usage. If other code takes the
// child in between and the kernel gives out its number again, the wait may return the end of another
// child.
ExitInfo withUsage(const ExitInfo &seen, const Finding &reaped) noexcept
{
    ExitInfo bare = reaped.end;
    bare.hasUsage = false;
    bare.usage = {};
    return bare == seen ? reaped.end : seen;
}

} // namespace

void ChildSlot::reserve(ExitEvent event) noexcept
{
    m_event = event;
    m_result = {};
    m_keepsEnded = false;
    cell = nullptr;
    // A new generation. Relaxed: no other thread finds the slot before it is published.
    const std::uint64_t next = (m_state.load(std::memory_order_relaxed) | 0xff) + 1;
    m_state.store(withPhase(next, Reserved), std::memory_order_relaxed);
}

void ChildSlot::publish(pid_t pid) noexcept
{
    m_pid.store(pid, std::memory_order_relaxed);
    // Release: a thread that sees Live sees the pid and the event.
    m_state.store(withPhase(m_state.load(std::memory_order_relaxed), Live), std::memory_order_release);
}

bool ChildSlot::moveFrom(std::uint64_t word, Phase phase) noexcept
{
    return m_state.compare_exchange_strong(word, withPhase(word, phase), std::memory_order_acq_rel,
                                           std::memory_order_acquire);
}

bool ChildSlot::claim(std::uint64_t word) noexcept
{
    return moveFrom(word, phaseOf(word) == Orphaned ? Abandoned : Ending);
}

bool ChildSlot::endIfOver() noexcept
{
    const std::uint64_t word = m_state.load(std::memory_order_acquire);
    if (!isLivePhase(phaseOf(word)))
        return false;
    const pid_t child = pid();
    const Finding seen = ChildWait::look(child);
    if (seen.sight == Finding::Running)
        return false;

    const Uninterrupted guard;
    // Claim after the look: a claim before it would hide the slot from another thread that sees the end.
    if (!claim(word))
        return false;
    if (seen.sight == Finding::Gone)
        return tell(word);
    if (seen.sight == Finding::Over && m_keepsEnded && phaseOf(word) == Live) {
        m_result = seen.end;
        m_zombie.store(child, std::memory_order_relaxed); // Released with the phase.
        return tell(word);
    }
    const Finding end = ChildWait::reap(child);
    if (seen.sight == Finding::Over) {
        m_result = withUsage(seen.end, end);
    } else if (end.sight == Finding::Over) {
        m_result = end.end;
    } else if (end.sight != Finding::Gone) {
        unclaim(word);
        return false;
    }
    return tell(word);
}

// Where looks are refused, the wait itself is the look, and the claim comes first. A thread with the
// only signal may then find the slot claimed; the sweeper finds that end.
void ChildSlot::unclaim(std::uint64_t word) noexcept
{
    if (phaseOf(word) == Orphaned || !moveFrom(withPhase(word, Ending), Live))
        m_state.store(withPhase(word, Orphaned), std::memory_order_release); // The owner has gone.
}

bool ChildSlot::endAsUnknown(pid_t itsPid) noexcept
{
    takeKept(itsPid);
    const Uninterrupted guard;
    while (true) {
        // Read the word before the number: if the slot gets another child in between, the claim fails.
        const std::uint64_t word = settledState();
        if (!isLivePhase(phaseOf(word)) || pid() != itsPid)
            return false;
        if (claim(word))
            return tell(word);
    }
}

// Ending → EndedUntold → Ended, or → Free if the owner has gone or is just going.
bool ChildSlot::tell(std::uint64_t word) noexcept
{
    // Release, in moveFrom(): a thread that sees the phase sees the result.
    return setEvent(word, moveFrom(withPhase(word, Ending), EndedUntold));
}

bool ChildSlot::tellAgain() noexcept
{
    const std::uint64_t word = m_state.load(std::memory_order_acquire);
    if (phaseOf(word) != Unheard)
        return false;
    const Uninterrupted guard;
    return moveFrom(word, EndedUntold) && setEvent(word, true);
}

bool ChildSlot::setEvent(std::uint64_t word, bool hasOwner) noexcept
{
    // Also without an owner: a user may poll a duplicate.
    const bool isSet = m_event.setForGood();
    if (hasOwner && moveFrom(withPhase(word, EndedUntold), isSet ? Ended : Unheard))
        return false;
    makeFree(word);
    return true;
}

std::optional<ExitInfo> ChildSlot::result() const noexcept
{
    const Phase phase = phaseOf(m_state.load(std::memory_order_acquire));
    if (phase == EndedUntold || phase == Unheard || phase == Ended)
        return m_result;
    return std::nullopt;
}

std::optional<ExitInfo> ChildSlot::collect() noexcept
{
    const std::optional<ExitInfo> end = result();
    if (!end || m_zombie.load() == 0)
        return end;
    const Uninterrupted guard;
    if (const pid_t kept = takeKept(anyNumber); kept != 0)
        m_result = withUsage(m_result, ChildWait::reap(kept));
    return m_result;
}

// Waits until no thread has a claim or a pin. Afterwards the slot may be Live again.
std::uint64_t ChildSlot::settledState() const noexcept
{
    while (true) {
        const std::uint64_t word = m_state.load(std::memory_order_acquire);
        if (phaseOf(word) != Ending && phaseOf(word) != Pinned)
            return word;
        pauseBriefly();
    }
}

int ChildSlot::sendSignal(int signal, Target target) noexcept
{
    int errorCode = ESRCH;
    {
        const Uninterrupted guard;
        std::uint64_t word;
        do {
            word = settledState();
            if (phaseOf(word) != Live)
                return target == Group ? signalKept(signal) : ESRCH;
        } while (!moveFrom(word, Pinned));
        if (ChildWait::look(pid()).sight != Finding::Gone)
            errorCode = ::kill(target == Group ? -pid() : pid(), signal) == 0 ? 0 : errno;
        m_state.store(word, std::memory_order_release);
    }
    // Another thread that saw the end has found the slot pinned, so look again. The owner is here and
    // frees the slot later.
    endIfOver();
    return errorCode;
}

// The leader of a group has ended and stays a zombie, so that its number is still that of the group.
int ChildSlot::signalKept(int signal) noexcept
{
    pid_t kept = m_zombie.load();
    if (kept <= 0 || !m_zombie.compare_exchange_strong(kept, -kept))
        return ESRCH;
    int errorCode = ESRCH;
    if (ChildWait::look(kept).sight != Finding::Gone)
        errorCode = ::kill(-kept, signal) == 0 ? 0 : errno;
    m_zombie.store(kept);
    return errorCode;
}

// Takes the number of an ended child that is kept, if it is `wanted`, or any. Returns 0 if there is
// none. Waits while another thread signals the group.
pid_t ChildSlot::takeKept(pid_t wanted) noexcept
{
    while (true) {
        pid_t kept = m_zombie.load();
        if (kept == 0 || (wanted != anyNumber && std::abs(kept) != wanted))
            return 0;
        if (kept > 0 && m_zombie.compare_exchange_strong(kept, 0))
            return kept;
        pauseBriefly();
    }
}

bool ChildSlot::release() noexcept
{
    const CancellationBlocker blocker;
    // Only the owner uses this descriptor, and after the move below no thread closes it.
    m_event.closeReadable();
    while (true) {
        const std::uint64_t word = m_state.load(std::memory_order_acquire);
        const Phase phase = phaseOf(word);
        if (phase == Reserved || phase == Ended) {
            makeFree(word);
            return true;
        }
        if (phase == Unheard)
            moveFrom(word, Ended); // Fails if the sweeper tries again now.
        else if (moveFrom(word, phase == Live ? Orphaned : Abandoned))
            return false;
    }
}

void ChildSlot::makeFree(std::uint64_t word) noexcept
{
    const Uninterrupted guard;
    m_event.close();
    if (const pid_t kept = takeKept(anyNumber); kept != 0)
        ChildWait::reap(kept);
    m_pid.store(-1, std::memory_order_relaxed);
    m_state.store(withPhase(word, Free), std::memory_order_release);
}

} // namespace ForkFd::Internal
