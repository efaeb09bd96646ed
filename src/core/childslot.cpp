// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// endIfOver() and endAsUnknown() run in signal handlers: async-signal-safe calls only, no allocation, no
// lock, no logging. They call waitid, wait4, pthread_sigmask, pthread_setcancelstate, write and close.

#include "childslot.h"

#include "exitwatch.h"
#include "signals.h"

#include <cerrno>
#include <csignal>

#include <pthread.h>
#include <sys/wait.h>

namespace ForkFd::Internal {

namespace {

#ifdef __WALL
// Finds a child that ended before its exec, too: until then it may have no exit signal.
constexpr int anyChild = __WALL;
#else
constexpr int anyChild = 0;
#endif

/// Keeps other signals' handlers, which may never return (siglongjmp), and cancellation out of a phase
/// that only the present thread can leave.
class Uninterrupted
{
public:
    Uninterrupted() noexcept
    {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &m_previous);
    }
    ~Uninterrupted() { ::pthread_sigmask(SIG_SETMASK, &m_previous, nullptr); }
    Uninterrupted(const Uninterrupted &) = delete;
    Uninterrupted &operator=(const Uninterrupted &) = delete;

private:
    const CancellationBlocker m_cancellationBlocker;
    sigset_t m_previous;
};

/// What a look at a child shows that does not collect it.
struct Peek
{
    enum Sight { Running, Over, Gone } sight;
    siginfo_t info = {};

    explicit Peek(pid_t pid) noexcept
    {
        const CancellationBlocker blocker;
        const int result =
            ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT | anyChild);
        // The one other error, EINTR, does not come with WNOHANG (waitid(2)).
        sight = result != 0 ? Gone : info.si_pid == 0 ? Running : Over;
    }
};

} // namespace

void ChildSlot::reserve(ExitEvent event) noexcept
{
    m_event = event;
    m_result = {};
    cell = nullptr;
    // A new generation. Relaxed: nobody finds the slot before it is published.
    const std::uint64_t next = (m_state.load(std::memory_order_relaxed) | 0xff) + 1;
    m_state.store(withPhase(next, Reserved), std::memory_order_relaxed);
}

void ChildSlot::publish(pid_t pid) noexcept
{
    m_pid.store(pid, std::memory_order_relaxed);
    // Release: who sees Live sees the pid and the event.
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
    const Peek peek(child);
    if (peek.sight == Peek::Running)
        return false;

    const Uninterrupted guard;
    // Claimed only now: a claim before the look would hide the slot from somebody who sees the end.
    if (!claim(word))
        return false;
    int status = 0;
    rusage usage = {};
    if (peek.sight == Peek::Over && ::wait4(child, &status, WNOHANG | anyChild, &usage) == child) {
        m_result = exitInfoOfWaitStatus(status);
        m_result.hasUsage = true;
        m_result.usage = usage;
    } else if (peek.sight == Peek::Over) {
        m_result = exitInfoOf(peek.info); // Stolen after the look: only the usage is lost.
    }
    return tell(word);
}

bool ChildSlot::endAsUnknown(pid_t itsPid) noexcept
{
    const Uninterrupted guard;
    while (true) {
        // The word before the number: if the slot gets another child in between, the claim fails.
        const std::uint64_t word = m_state.load(std::memory_order_acquire);
        if (!isLivePhase(phaseOf(word)) || pid() != itsPid)
            return false;
        if (claim(word))
            return tell(word);
    }
}

// Ending → EndedUntold → Ended, or → Free when the owner has gone or goes meanwhile.
bool ChildSlot::tell(std::uint64_t word) noexcept
{
    // Release, in moveFrom(): who sees the phase sees the result.
    const bool hasOwner = moveFrom(withPhase(word, Ending), EndedUntold);
    // Without an owner too: a user may poll a duplicate.
    m_event.set();
    if (hasOwner && moveFrom(withPhase(word, EndedUntold), Ended))
        return false;
    makeFree(word);
    return true;
}

std::optional<ExitInfo> ChildSlot::result() const noexcept
{
    const Phase phase = phaseOf(m_state.load(std::memory_order_acquire));
    if (phase == EndedUntold || phase == Ended)
        return m_result;
    return std::nullopt;
}

int ChildSlot::sendSignal(int signal, Target target) noexcept
{
    const std::uint64_t word = m_state.load(std::memory_order_acquire);
    int errorCode = ESRCH;
    {
        const Uninterrupted guard;
        if (phaseOf(word) != Live || !moveFrom(word, Pinned))
            return ESRCH;
        if (Peek(pid()).sight != Peek::Gone)
            errorCode = ::kill(target == Group ? -pid() : pid(), signal) == 0 ? 0 : errno;
        m_state.store(word, std::memory_order_release);
    }
    // Whoever saw the end meanwhile has found the slot pinned. The owner is here, so that nobody else
    // has to free it.
    endIfOver();
    return errorCode;
}

bool ChildSlot::release() noexcept
{
    const CancellationBlocker blocker;
    // Nobody else looks at that number, and after the move below nobody closes it.
    m_event.closeReadable();
    while (true) {
        const std::uint64_t word = m_state.load(std::memory_order_acquire);
        const Phase phase = phaseOf(word);
        if (phase == Reserved || phase == Ended) {
            makeFree(word);
            return true;
        }
        if (moveFrom(word, phase == Live ? Orphaned : Abandoned))
            return false;
    }
}

void ChildSlot::makeFree(std::uint64_t word) noexcept
{
    m_event.close();
    m_pid.store(-1, std::memory_order_relaxed);
    m_state.store(withPhase(word, Free), std::memory_order_release);
}

} // namespace ForkFd::Internal
