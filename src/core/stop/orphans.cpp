// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/orphans.h"

#include "core/base/sanitizers.h"
#include "core/stop/keeperset.h"
#include "core/watch/exitwatch.h"

namespace ForkFd::Internal {

std::atomic<ExitWatch *> Orphans::pending;

void Orphans::push(ExitWatch *watch) noexcept
{
    // Release: the thread that takes the stack sees the whole watch.
    watch->m_nextOrphan = pending.load(std::memory_order_relaxed);
    while (!pending.compare_exchange_weak(watch->m_nextOrphan, watch, std::memory_order_release,
                                          std::memory_order_relaxed)) { }
}

// A forked copy inherits the watches in `pending`. It does not close their descriptors, whose numbers
// may belong to other files there.
void Orphans::watchPending() noexcept
{
    ExitWatch *orphan = pending.exchange(nullptr, std::memory_order_acquire);
    while (orphan) {
        ExitWatch *next = orphan->m_nextOrphan;
        if (!orphan->belongsToThisProcess())
            Sanitizers::noteInUse(orphan);
        else if (!orphan->isWatching() || orphan->collect())
            delete orphan;
        else
            watch(orphan);
        orphan = next;
    }
}

void Orphans::watch(ExitWatch *orphan) noexcept
{
    // Counted first, because the server may collect the child and delete the watch right after add().
    ++m_watchedCount;
    Sanitizers::noteInUse(orphan); // From now on only the kernel has its address.
    if (!m_set.add(orphan->descriptor(), reinterpret_cast<std::uintptr_t>(orphan))) {
        --m_watchedCount;
        push(orphan);
    }
}

void Orphans::childReady(std::uint64_t id) noexcept
{
    auto *orphan = reinterpret_cast<ExitWatch *>(static_cast<std::uintptr_t>(id));
    const bool isCollected = orphan->collect().has_value();
    // Level-triggered: a child that cannot be collected yet would wake the server again and again.
    m_set.remove(orphan->descriptor());
    --m_watchedCount;
    if (isCollected)
        delete orphan;
    else
        push(orphan);
}

} // namespace ForkFd::Internal
