// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_SIGCHLD_TABLE_H
#define FORKFD_CORE_WATCH_SIGCHLD_TABLE_H

#include "core/base/oneperprocess.h"
#include "core/base/stablepool.h"
#include "core/watch/sigchld/slot.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <sys/types.h>

namespace ForkFd::Internal {

/// The children of the SIGCHLD backend, found by their number in constant time, also by a signal
/// handler.
///
/// Lock-free: the slots lie in a pool, the hash in levels that are published once and kept for ever. A
/// table belongs to the process that made it. A forked copy sees none, until it starts a child and makes
/// its own.
class ChildTable : public OfOneProcess
{
public:
    /// This process's table; null when it has none. Async-signal-safe.
    static ChildTable *ofThisProcess() noexcept;
    /// The same, made when there is none. Null when there is no memory.
    static ChildTable *makeForThisProcess() noexcept;

    /// A Reserved slot, so that publish() cannot fail. Null with errno when there is no memory or
    /// descriptor.
    ChildSlot *reserve(ExitEvent::Kind kind) noexcept;
    /// Makes the slot Live and to be found. A Live slot that already has this number loses its child:
    /// someone else must have collected that one.
    void publish(ChildSlot *slot, pid_t pid) noexcept;
    /// Undoes reserve() or publish(). A child that still runs is collected all the same when it ends.
    void release(ChildSlot *slot) noexcept;

    /// Brings the Live child with this number to its end if it is over. Whether the number is that of a
    /// child here, unless it was reaped before. Async-signal-safe.
    bool endIfOver(pid_t pid) noexcept;
    /// The same for one slot. Async-signal-safe.
    void endIfOver(ChildSlot *slot) noexcept;
    /// The same for all. Returns how many have to be looked at again.
    std::size_t sweep() noexcept;

    /// Children that are being created and are not published yet.
    std::atomic<int> startsInFlight = 0;

private:
    // Each level is four times as large as the one before.
    static constexpr std::uint32_t firstLevelSize = 64;
    static constexpr std::size_t maxLevels = 10;
    static constexpr std::uint32_t probes = 8; ///< Cells of each level where a number may stand.
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
