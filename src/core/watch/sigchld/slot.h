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

/// One child of the SIGCHLD backend, seen at once by its owner, by signal handlers and by the sweeper.
///
/// Phases, and who moves a slot from one to the next:
///
///     Free → Reserved → Live → Ending → EndedUntold → Ended → Free
///                       ↑ ↓ ↘        ↘    ↓ ↑ ↓               ↗
///                       ↑ ↓  ↘        ↘ Unheard →→→→→→→→→→→→→↗
///                    Pinned  Orphaned → → → Abandoned → → → →
///
/// - Free → Reserved, Reserved → Live (publish) or → Free: the starter, who alone knows it then.
/// - Live → Ending, Orphaned → Abandoned: whoever sees the end first and wins the compare-exchange; he
///   alone reaps.
/// - Ending → EndedUntold: the same, when the result is written.
/// - EndedUntold → Ended: the same, when the event is set; → Unheard when it could not be set.
/// - Unheard → EndedUntold: the sweeper, who tries again.
/// - Ending → Live, Abandoned → Orphaned: who has claimed it and then found that the child lives, which
///   happens only where looks are refused.
/// - Live → Orphaned, Ending → Abandoned, EndedUntold → Abandoned: the owner, who goes before the event
///   is set.
/// - Ended, Unheard → Free: the owner. Abandoned → Free: who set the event. Either of them closes the
/// event, so
///   that nobody writes to a descriptor whose number was given away.
/// - Live → Pinned → Live: the owner, while it sends a signal; nobody reaps meanwhile.
///
/// The state word also carries a generation, new with each use of the slot: a compare-exchange with an
/// old word fails. Slots are never freed, so that a late handler reads valid memory.
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

    // The owner's part.

    /// Free → Reserved, for whoever has taken the slot from the list of free ones.
    void reserve(ExitEvent event) noexcept;
    /// Reserved → Live.
    void publish(pid_t pid) noexcept;
    /// Before publish(): the child stays to be waited for after its end, until collect() or release().
    void setKeepsEnded(bool keeps) noexcept { m_keepsEnded = keeps; }
    /// How the child ended, once that is known.
    std::optional<ExitInfo> result() const noexcept;
    /// The same, and collects a child that was kept.
    std::optional<ExitInfo> collect() noexcept;
    /// Whom a signal is for: the child, or the process group that has its number.
    enum Target { Process, Group };
    /// Signals it if the child is there to be waited for. Returns 0 or an errno. Any thread, one at a
    /// time.
    int sendSignal(int signal, Target target) noexcept;
    /// Gives the slot up, in any phase. True when it is Free now, false when who sees the end, or is
    /// about to set the event, will free it. What a user sees of the event is closed either way.
    bool release() noexcept;
    /// Somebody else has closed what a user sees of the event: its number is no more ours to close.
    void disownReadable() noexcept { m_event.readable = -1; }
    const ExitEvent &event() const noexcept { return m_event; }

    // Everybody's part: async-signal-safe.

    pid_t pid() const noexcept { return m_pid.load(std::memory_order_relaxed); }
    /// Whether a child with its number is there to be waited for, owned or not.
    bool isLive() const noexcept { return isLivePhase(phase()); }
    /// Whether its end is still to come, although its owner may hold it for a moment.
    bool isLiveOrPinned() const noexcept
    {
        const Phase now = phase();
        return isLivePhase(now) || now == Pinned;
    }
    /// Whether its end is known and somebody has still to be told.
    bool isUnheard() const noexcept { return phase() == Unheard; }
    /// Tells of an end that could not be told before. As endIfOver().
    bool tellAgain() noexcept;
    /// Whether its number may still be the child's: not once it was reaped.
    bool mayHoldNumber() const noexcept
    {
        const Phase now = phase();
        return isLivePhase(now) || now == Pinned || now == Ending || now == Abandoned
            || m_zombie.load(std::memory_order_relaxed) > 0;
    }
    /// Peek, claim, reap. True when this call has brought the slot to its end and must give it back
    /// to the list of free ones because its owner has gone meanwhile.
    bool endIfOver() noexcept;
    /// Ends the slot if it is Live with this number, which another child has by now; one that was kept
    /// has been collected by somebody else. As endIfOver().
    bool endAsUnknown(pid_t itsPid) noexcept;

    /// Where the table has hashed it; the owner's, then that of who frees the slot.
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
    bool tell(std::uint64_t word) noexcept;
    bool setEvent(std::uint64_t word, bool hasOwner) noexcept;
    void makeFree(std::uint64_t word) noexcept;

    std::atomic<std::uint64_t> m_state = Free;
    std::atomic<pid_t> m_pid = -1;
    ExitEvent m_event;
    ExitInfo m_result;
    bool m_keepsEnded = false;
    /// The number of a child that has ended and was kept; 0: none. Whoever exchanges it with 0 collects.
    std::atomic<pid_t> m_zombie = 0;
};

} // namespace ForkFd::Internal

#endif
