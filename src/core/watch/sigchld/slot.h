// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_SIGCHLD_SLOT_H
#define FORKFD_CORE_WATCH_SIGCHLD_SLOT_H

#include "core/base/event.h"
#include "core/base/stablepool.h"

#include <ForkFd/exitinfo.h>

#include <atomic>
#include <cstdint>
#include <optional>

namespace ForkFd::Internal {

/// One child of the SIGCHLD backend. Its owner, signal handlers and the sweeper use it at the same time.
///
/// These are its phases and the threads that change them. The winner is the thread that saw the end and
/// whose compare-exchange succeeded. docs/design/sigchld-slot.md gives the memory orders.
///
///     Free → Reserved → Live → Ending → EndedUntold → Ended → Free
///                       ↑ ↓ ↘        ↘    ↓ ↑ ↓               ↗
///                       ↑ ↓  ↘        ↘ Unheard →→→→→→→→→→→→→↗
///                    Pinned  Orphaned → → → Abandoned → → → →
///
/// - Free → Reserved, Reserved → Live (publish) or → Free: the starter; no other thread finds the slot.
/// - Live → Ending, Orphaned → Abandoned: the winner, which alone reaps.
/// - Ending → EndedUntold: the winner, when the result is written.
/// - EndedUntold → Ended: the winner, when the event is set; → Unheard if it could not be set.
/// - Unheard → EndedUntold: the sweeper, which tries again.
/// - Ending → Live, Abandoned → Orphaned: the winner, if the child still lives; only where looks are
///   refused.
/// - Live → Orphaned; Ending, EndedUntold → Abandoned: the owner, if it goes before the event is set.
/// - Ended, Unheard → Free: the owner. Abandoned → Free: the winner. That thread closes the event, so
///   that no write reaches another file with the same number.
/// - Live → Pinned → Live: the owner, while it sends a signal; no thread reaps in this time. The number
///   of an ended child that is kept is pinned in the same way.
///
/// The state word also holds a generation, new with each use of the slot, so that a compare-exchange
/// with an old word fails. Slots are never freed, so that a late handler reads valid memory.
class ChildSlot : public PoolElement
{
public:
    enum Phase : std::uint32_t {
        Free,
        Reserved,
        Live,
        Pinned,
        Orphaned,
        Ending,
        EndedUntold,
        Unheard,
        Ended,
        Abandoned
    };

    // For the owner.

    /// Free → Reserved, by the thread that took the slot from the list of free ones.
    void reserve(ExitEvent event) noexcept;
    /// Reserved → Live.
    void publish(pid_t pid) noexcept;
    /// Call before publish(): the child stays a zombie after its end until collect() or release().
    void setKeepsEnded(bool keeps) noexcept { m_keepsEnded = keeps; }
    /// How the child ended, once known.
    std::optional<ExitInfo> result() const noexcept;
    /// The same, and reaps a child that was kept.
    std::optional<ExitInfo> collect() noexcept;
    /// The receiver of a signal: the child, or the process group with its number.
    enum Target { Process, Group };
    /// Sends the signal if the child can be waited for: to the child until its end, to the group as long
    /// as an ended child is kept. Returns 0 or an errno. Any thread, one at a time.
    int sendSignal(int signal, Target target) noexcept;
    /// Gives up the slot, in any phase. True if it is Free now; false if the thread that sees the end or
    /// sets the event will free it. Closes the user's end of the event in both cases.
    bool release() noexcept;
    /// Other code closed the user's end of the event: never close its number.
    void disownReadable() noexcept { m_event.readable = -1; }
    const ExitEvent &event() const noexcept { return m_event; }
    /// For the starter of another child that has this number now: ends the slot if it is Live with it.
    /// Other code has reaped this child, even if it was kept. Waits while another thread claims or pins
    /// the slot. Returns the same as endIfOver().
    bool endAsUnknown(pid_t itsPid) noexcept;

    // For all threads: async-signal-safe.

    pid_t pid() const noexcept { return m_pid.load(std::memory_order_relaxed); }
    /// Whether the child can be waited for, with or without an owner.
    bool isLive() const noexcept { return isLivePhase(phase()); }
    /// Whether the sweeper has to look again: the end is not known, or the owner was not told. A claim
    /// may be undone, and an event may not be set.
    bool needsSweeper() const noexcept
    {
        const Phase now = phase();
        return now != Free && now != Reserved && now != Ended;
    }
    /// Sets the event of an Unheard slot. Returns the same as endIfOver().
    bool tellAgain() noexcept;
    /// Whether the number may still be the child's: not after it was reaped.
    bool mayHoldNumber() const noexcept
    {
        const Phase now = phase();
        return isLivePhase(now) || now == Pinned || now == Ending || now == Abandoned
            || m_zombie.load(std::memory_order_relaxed) != 0;
    }
    /// Look, claim, reap. True if this call ended the slot and its owner has gone: the caller then gives
    /// it back to the list of free ones.
    bool endIfOver() noexcept;
    /// The slot's cell in the hash. Used by the owner, then by the thread that frees the slot.
    std::atomic<std::uint64_t> *cell = nullptr;

private:
    Phase phase() const noexcept { return phaseOf(m_state.load(std::memory_order_acquire)); }
    static Phase phaseOf(std::uint64_t word) noexcept { return static_cast<Phase>(word & 0xff); }
    static std::uint64_t withPhase(std::uint64_t word, Phase phase) noexcept
    {
        return (word & ~0xffULL) | phase;
    }
    static bool isLivePhase(Phase phase) noexcept { return phase == Live || phase == Orphaned; }
    bool moveFrom(std::uint64_t word, Phase phase) noexcept;
    bool claim(std::uint64_t word) noexcept;
    void unclaim(std::uint64_t word) noexcept;
    std::uint64_t settledState() const noexcept;
    int signalKept(int signal) noexcept;
    pid_t takeKept(pid_t wanted) noexcept;
    bool tell(std::uint64_t word) noexcept;
    bool setEvent(std::uint64_t word, bool hasOwner) noexcept;
    void makeFree(std::uint64_t word) noexcept;

    std::atomic<std::uint64_t> m_state = Free;
    std::atomic<pid_t> m_pid = -1;
    ExitEvent m_event;
    ExitInfo m_result;
    bool m_keepsEnded = false;
    /// The number of an ended child that is kept; 0: none. The thread that exchanges it with 0 reaps.
    /// Negative while a thread signals the group.
    std::atomic<pid_t> m_zombie = 0;
};

} // namespace ForkFd::Internal

#endif
