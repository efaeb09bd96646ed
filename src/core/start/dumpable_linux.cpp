// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/dumpable_linux.h"

#include "core/base/thisprocess.h"

#include <atomic>
#include <cstdint>

#include <sys/prctl.h>

namespace ForkFd::Internal {

namespace {

/// The starts under way that may clear the flag. One aligned word without padding, so that Clang does
/// not call libatomic.
struct alignas(8) Starts
{
    std::uint32_t owner = 0; ///< The stamp of their process; a forked copy has no starts under way.
    std::uint16_t generation = 0; ///< Changes when a start ends, so that a compare-exchange notices it.
    std::uint16_t restores : 1 = 0; ///< The process was dumpable before; the last start restores that.
    std::uint16_t count : 15 = 0;
};
static_assert(sizeof(Starts) == 8 && std::atomic<Starts>::is_always_lock_free);

std::atomic<Starts> current;

// In a forked copy, the parent's starts do not count.
Starts ours(Starts starts) noexcept
{
    const std::uint32_t self = processStamp();
    return starts.owner == self ? starts : Starts{.owner = self};
}

// `restores` stays set during prctl(), so that a concurrent start also restores the flag.
void restore(Starts marked) noexcept
{
    ::prctl(PR_SET_DUMPABLE, 1);
    Starts done = marked;
    done.restores = 0;
    ++done.generation;
    current.compare_exchange_strong(marked, done);
}

} // namespace

DumpableKeeper::DumpableKeeper(bool isNeeded) noexcept
    : m_isNeeded(isNeeded)
{
    if (!isNeeded)
        return;
    Starts before = current.load();
    Starts after;
    do {
        after = ours(before);
        if (after.count == 0 && !after.restores)
            after.restores = ::prctl(PR_GET_DUMPABLE) == 1 ? 1 : 0;
        ++after.count;
    } while (!current.compare_exchange_weak(before, after));
}

DumpableKeeper::~DumpableKeeper()
{
    if (!m_isNeeded)
        return;
    Starts before = current.load();
    Starts after;
    do {
        after = ours(before);
        --after.count;
        ++after.generation;
    } while (!current.compare_exchange_weak(before, after));
    if (after.count == 0 && after.restores)
        restore(after);
}

} // namespace ForkFd::Internal
