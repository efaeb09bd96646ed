// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_ORPHANS_H
#define FORKFD_CORE_STOP_ORPHANS_H

#include <atomic>
#include <cstdint>

namespace ForkFd::Internal {

class ExitWatch;
class KeeperSet;

/// Children whose owners have gone, and that only have to be collected when they end. Needs neither
/// memory nor a lock.
///
/// A watch belongs to the caller of push(), then to the stack `pending`, then to the poll set, where it
/// is an id, and the keeper's server. A thread always takes `pending` as a whole. If the set refuses a
/// watch, or its child cannot be collected yet, the watch goes back to `pending`.
class Orphans
{
public:
    explicit Orphans(KeeperSet &set) noexcept
        : m_set(set)
    {
    }

    /// Takes ownership of `watch`. Any thread, even if this process has no keeper.
    static void push(ExitWatch *watch) noexcept;
    static bool arePending() noexcept { return pending.load(std::memory_order_relaxed); }
    /// Collects the children in `pending` that have ended, and puts the others into the set. Any thread.
    void watchPending() noexcept;

    bool isEmpty() const noexcept { return m_watchedCount == 0 && !arePending(); }
    /// For the server: the set has reported the child with this id.
    void childReady(std::uint64_t id) noexcept;

private:
    void watch(ExitWatch *orphan) noexcept;

    static std::atomic<ExitWatch *> pending;
    KeeperSet &m_set;
    std::atomic<int> m_watchedCount = 0; ///< Watches in the set.
};

} // namespace ForkFd::Internal

#endif
