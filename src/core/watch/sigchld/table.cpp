// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// ofThisProcess() and endIfOver() run in signal handlers: async-signal-safe calls only, no allocation,
// no lock, no logging. They call processStamp, getpid and the functions that slot.cpp names.

#include "core/watch/sigchld/table.h"

#include <cerrno>
#include <memory>
#include <new>

namespace ForkFd::Internal {

namespace {

constexpr std::uint32_t hashOf(pid_t pid) noexcept
{
    // Fibonacci hashing: puts consecutive numbers far apart.
    return static_cast<std::uint32_t>(pid) * 2654435769U;
}

} // namespace

OnePerProcess<ChildTable> ChildTable::tables;

ChildTable *ChildTable::ofThisProcess() noexcept
{
    return tables.find();
}

ChildTable *ChildTable::makeForThisProcess() noexcept
{
    return tables.findOrMake([] { return std::unique_ptr<ChildTable>(new (std::nothrow) ChildTable); });
}

bool ChildTable::addLevel() noexcept
{
    std::size_t level = 0;
    while (level < maxLevels && m_levels[level].load(std::memory_order_acquire))
        ++level;
    if (level == maxLevels)
        return false;
    const std::uint32_t size = firstLevelSize << (2 * level);
    std::unique_ptr<Cell[]> cells(new (std::nothrow) Cell[size]());
    if (!cells)
        return false;
    Cell *none = nullptr;
    if (m_levels[level].compare_exchange_strong(none, cells.get(), std::memory_order_acq_rel)) {
        cells.release();
        m_cellCount.fetch_add(size, std::memory_order_relaxed);
    }
    return true;
}

ChildSlot *ChildTable::reserve(ExitEvent::Kind kind) noexcept
{
    ExitEvent event;
    if (!event.open(kind))
        return nullptr;
    ChildSlot *slot = m_slots.take();
    if (!slot) {
        event.close();
        errno = ENOMEM;
        return nullptr;
    }
    // A level is at most half full, so that a number hardly ever finds all its cells taken. If there is
    // no memory for another level, the sweeper finds children without a cell.
    const std::uint32_t used = m_usedCount.fetch_add(1, std::memory_order_relaxed) + 1;
    if (m_cellCount.load(std::memory_order_relaxed) < 2 * used)
        addLevel();
    slot->reserve(event);
    return slot;
}

// Calls `visit` with each cell that may hold the number, until it returns true.
template<typename Visit>
void ChildTable::visitCells(pid_t pid, Visit visit) noexcept
{
    const std::uint32_t hash = hashOf(pid);
    for (std::size_t level = 0; level < maxLevels; ++level) {
        Cell *cells = m_levels[level].load(std::memory_order_acquire);
        if (!cells)
            return;
        const std::uint32_t mask = (firstLevelSize << (2 * level)) - 1;
        for (std::uint32_t probe = 0; probe < probes; ++probe) {
            // The upper bits are well mixed.
            if (visit(cells[((hash >> 8) + probe) & mask]))
                return;
        }
    }
}

void ChildTable::publish(ChildSlot *slot, pid_t pid) noexcept
{
    visitCells(pid, [this, pid](Cell &cell) {
        const std::uint64_t entry = cell.load(std::memory_order_acquire);
        if (static_cast<pid_t>(entry >> 32) == pid) {
            ChildSlot *older = m_slots.at(static_cast<std::uint32_t>(entry) - 1);
            if (older->endAsUnknown(pid))
                recycle(older);
        }
        return false;
    });
    slot->publish(pid);
    enter(slot, pid);
    // Its signal may have come before it was in the table.
    endIfOver(slot);
}

void ChildTable::enter(ChildSlot *slot, pid_t pid) noexcept
{
    const std::uint64_t entry = std::uint64_t{static_cast<std::uint32_t>(pid)} << 32 | (slot->index + 1);
    visitCells(pid, [slot, entry](Cell &cell) {
        std::uint64_t empty = 0;
        if (!cell.compare_exchange_strong(empty, entry, std::memory_order_acq_rel))
            return false;
        slot->cell = &cell;
        return true;
    });
    // The sweeper also finds a slot without a cell.
}

void ChildTable::release(ChildSlot *slot) noexcept
{
    if (slot->release())
        recycle(slot);
    else
        endIfOver(slot); // Another thread that saw the end may have found a moved word.
}

// For the thread that made the slot Free.
void ChildTable::recycle(ChildSlot *slot) noexcept
{
    if (slot->cell)
        slot->cell->store(0, std::memory_order_release);
    m_usedCount.fetch_sub(1, std::memory_order_relaxed);
    m_slots.give(slot);
}

bool ChildTable::endIfOver(pid_t pid) noexcept
{
    bool isOurs = false;
    visitCells(pid, [this, pid, &isOurs](Cell &cell) {
        const std::uint64_t entry = cell.load(std::memory_order_acquire);
        if (static_cast<pid_t>(entry >> 32) != pid || entry == 0)
            return false;
        // An ended child may still be here beside a new child with its number, which may be ours or
        // foreign.
        ChildSlot *slot = m_slots.at(static_cast<std::uint32_t>(entry) - 1);
        if (slot->pid() != pid || !slot->mayHoldNumber())
            return false;
        isOurs = true;
        const bool isLive = slot->isLive();
        if (isLive)
            endIfOver(slot);
        return isLive;
    });
    return isOurs;
}

void ChildTable::endIfOver(ChildSlot *slot) noexcept
{
    if (slot->endIfOver())
        recycle(slot);
}

ChildTable::Sweep ChildTable::sweep() noexcept
{
    Sweep result;
    const std::uint32_t count = m_slots.count();
    for (std::uint32_t index = 0; index < count; ++index) {
        ChildSlot *slot = m_slots.at(index);
        const bool wasLive = slot->isLive();
        endIfOver(slot);
        result.hasFoundEnd = result.hasFoundEnd || (wasLive && !slot->isLive());
        if (slot->tellAgain())
            recycle(slot);
        result.living += slot->needsSweeper() ? 1 : 0;
    }
    return result;
}

} // namespace ForkFd::Internal
