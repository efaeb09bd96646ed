// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_SIGCHLD_TABLE_H
#define FORKFD_CORE_WATCH_SIGCHLD_TABLE_H

#include "core/base/stablepool.h"
#include "core/base/thisprocess.h"
#include "core/watch/sigchld/slot.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <sys/types.h>

namespace ForkFd::Internal {

/// The children of the SIGCHLD backend. Finds a child by its number in constant time, even in a signal
/// handler.
///
/// Lock-free: the slots are in a pool; the levels of the hash are published once and kept. A table
/// belongs to the process that made it. A forked copy has no table until it starts a child and makes
/// one.
class ChildTable : public OfOneProcess
{
public:
    /// This process's table; null if it has none. Async-signal-safe.
    static ChildTable *ofThisProcess() noexcept;
    /// The same, but makes a missing table. Null if there is no memory.
    static ChildTable *makeForThisProcess() noexcept;

    /// Returns a Reserved slot, so that publish() cannot fail. Null with errno if no memory or
    /// descriptor is available.
    ChildSlot *reserve(ExitEvent::Kind kind) noexcept;
    /// Makes the slot Live and enters it. If a Live slot already has this number, other code has
    /// collected that slot's child, and the slot ends as Unknown.
    void publish(ChildSlot *slot, pid_t pid) noexcept;
    /// Undoes reserve() or publish(). A child that still runs is reaped when it ends.
    void release(ChildSlot *slot) noexcept;

    /// Ends the Live slot with this number if its child has ended. Returns whether the number was that
    /// of a child of the table that was not reaped. Async-signal-safe.
    bool endIfOver(pid_t pid) noexcept;
    /// The same for one slot. Async-signal-safe.
    void endIfOver(ChildSlot *slot) noexcept;
    struct Sweep
    {
        std::size_t living = 0; ///< Slots that have to be looked at again.
        bool hasFoundEnd = false; ///< A Live slot has ended.
    };
    /// The same for all slots.
    Sweep sweep() noexcept;

    /// Children that are being created and are not yet published.
    std::atomic<int> startsInFlight = 0;

private:
    // Each level is four times as large as the one before.
    static constexpr std::uint32_t firstLevelSize = 64;
    static constexpr std::size_t maxLevels = 10;
    static constexpr std::uint32_t probes = 8; ///< Cells of each level that may hold a number.
    using Cell = std::atomic<std::uint64_t>; ///< Number << 32 | slot + 1; 0: empty.

    ChildTable() noexcept = default;
    bool addLevel() noexcept;
    void recycle(ChildSlot *slot) noexcept;
    template<typename Visit>
    void visitCells(pid_t pid, Visit visit) noexcept;
    void enter(ChildSlot *slot, pid_t pid) noexcept;

    static OnePerProcess<ChildTable> tables;

    StablePool<ChildSlot> m_slots;
    std::array<std::atomic<Cell *>, maxLevels> m_levels = {};
    std::atomic<std::uint32_t> m_cellCount = 0;
    std::atomic<std::uint32_t> m_usedCount = 0;
};

} // namespace ForkFd::Internal

#endif
