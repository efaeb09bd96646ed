// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/forkfd/exitregistry.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <new>
#include <utility>

namespace ForkFd::Internal::ExitRegistry {

// A tree of three levels has a cell for every possible descriptor. Nodes in the tree stay there.

namespace {

constexpr std::size_t width = 1024;
constexpr int levelBits = 10;

using Cell = std::atomic<ExitRecord *>;

} // namespace

struct Leaf
{
    std::array<Cell, width> cells = {};
};

struct Branch
{
    std::array<std::atomic<Leaf *>, width> leaves = {};
};

namespace {

constinit StablePool<ExitRecord> records;
constinit std::array<std::atomic<Branch *>, 2 * width> branches;

// One idle node of each kind for the next start, so that a start usually allocates nothing.
constinit std::atomic<Leaf *> idleLeaf;
constinit std::atomic<Branch *> idleBranch;

template<typename Node>
Node *takeNode(std::atomic<Node *> &idle) noexcept
{
    Node *node = idle.exchange(nullptr, std::memory_order_acquire);
    return node ? node : new (std::nothrow) Node;
}

template<typename Node>
void giveBack(std::atomic<Node *> &idle, Node *node) noexcept
{
    Node *none = nullptr;
    if (!node || idle.compare_exchange_strong(none, node, std::memory_order_release))
        return;
    delete node;
}

// Returns the existing node, or publishes and takes `fresh`.
template<typename Node>
Node &nodeAt(std::atomic<Node *> &place, Node *&fresh) noexcept
{
    Node *node = place.load(std::memory_order_acquire);
    if (node)
        return *node;
    if (!place.compare_exchange_strong(node, fresh, std::memory_order_acq_rel,
                                       std::memory_order_acquire))
        return *node; // Another thread was faster.
    return *std::exchange(fresh, nullptr);
}

std::size_t branchOf(int descriptor) noexcept
{
    return static_cast<std::size_t>(descriptor) >> (2 * levelBits);
}

std::size_t leafOf(int descriptor) noexcept
{
    return (static_cast<std::size_t>(descriptor) >> levelBits) % width;
}

std::size_t cellOf(int descriptor) noexcept
{
    return static_cast<std::size_t>(descriptor) % width;
}

// Null if no number nearby was ever entered.
Cell *findCell(int descriptor) noexcept
{
    Branch *branch = branches[branchOf(descriptor)].load(std::memory_order_acquire);
    Leaf *leaf = branch ? branch->leaves[leafOf(descriptor)].load(std::memory_order_acquire) : nullptr;
    return leaf ? &leaf->cells[cellOf(descriptor)] : nullptr;
}

void dropReference(ExitRecord *record) noexcept
{
    if (!record->unreference())
        return;
    const int savedErrno = errno;
    record->finish();
    records.give(record);
    errno = savedErrno;
}

bool removeFrom(Cell &cell, ExitRecord *record) noexcept
{
    // If several threads remove the record, the one that succeeds gives back the registry's reference.
    if (!cell.compare_exchange_strong(record, nullptr, std::memory_order_acq_rel,
                                      std::memory_order_relaxed))
        return false;
    dropReference(record);
    return true;
}

} // namespace

void ReferenceDropper::operator()(ExitRecord *record) const noexcept
{
    dropReference(record);
}

Finding find(int descriptor) noexcept
{
    Cell *cell = descriptor < 0 ? nullptr : findCell(descriptor);
    ExitRecord *record = cell ? cell->load(std::memory_order_acquire) : nullptr;
    if (!record)
        return {};
    // Write nothing for a forked copy: it may be a vfork() child that shares our memory. The copy may
    // have closed the descriptor, and opened another file.
    if (!record->isOfThisProcess())
        return {record->isBehind(descriptor) ? Finding::Inherited : Finding::Nothing};
    if (!record->reference())
        return {};
    RecordRef reference(record);
    // Before the reference was taken, the record may have been given up and begun for another number.
    if (cell->load(std::memory_order_acquire) != record)
        return {};
    if (!record->isBehind(descriptor)) {
        record->disown();
        removeFrom(*cell, record);
        return {};
    }
    return {Finding::Ours, std::move(reference)};
}

bool remove(int descriptor, ExitRecord *record) noexcept
{
    return removeFrom(*findCell(descriptor), record);
}

Place::~Place()
{
    if (m_record)
        records.give(m_record);
    giveBack(idleLeaf, m_leaf);
    giveBack(idleBranch, m_branch);
}

bool Place::reserve() noexcept
{
    m_record = records.take();
    m_leaf = takeNode(idleLeaf);
    m_branch = takeNode(idleBranch);
    return m_record && m_leaf && m_branch;
}

Cell &Place::cellFor(int descriptor) noexcept
{
    Branch &branch = nodeAt(branches[branchOf(descriptor)], m_branch);
    Leaf &leaf = nodeAt(branch.leaves[leafOf(descriptor)], m_leaf);
    return leaf.cells[cellOf(descriptor)];
}

void Place::enter(ExitWatchPtr watch) noexcept
{
    ExitRecord *record = std::exchange(m_record, nullptr);
    Cell &cell = cellFor(watch->descriptor());
    record->begin(std::move(watch));
    ExitRecord *stale = cell.exchange(record, std::memory_order_acq_rel);
    if (!stale)
        return;
    if (stale->isOfThisProcess())
        stale->disown();
    dropReference(stale);
}

void Place::forget() noexcept
{
    m_record = nullptr;
    m_leaf = nullptr;
    m_branch = nullptr;
}

} // namespace ForkFd::Internal::ExitRegistry
