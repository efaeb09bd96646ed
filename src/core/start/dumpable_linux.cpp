// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/dumpable_linux.h"

#include "core/base/thisprocess.h"
#include "core/base/wait.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include <sys/prctl.h>

namespace ForkFd::Internal {

namespace {

/// The starts in progress that may clear the flag. One aligned word without padding, so that Clang does
/// not call libatomic.
struct alignas(8) Starts
{
    std::uint32_t owner = 0; ///< The stamp of their process; a forked copy has no starts in progress.
    std::uint16_t generation = 0; ///< Changes when a start ends, so that a compare-exchange notices it.
    std::uint16_t restores : 1 = 0; ///< The process was dumpable before; the last start restores that.
    std::uint16_t isRestoring : 1 = 0; ///< The last start is doing so. No start may begin.
    std::uint16_t count : 14 = 0;
};
static_assert(sizeof(Starts) == 8 && std::atomic<Starts>::is_always_lock_free);

std::atomic<Starts> current;

// In a forked copy, the parent's starts do not count.
Starts ours(Starts starts) noexcept
{
    const std::uint32_t self = processStamp();
    return starts.owner == self ? starts : Starts{.owner = self};
}

// Until this is over, other starts wait: the flag must not be set while their children have another
// identity. A fork() in between does not affect the copy, which is another owner.
void restore(Starts marked) noexcept
{
    ::prctl(PR_SET_DUMPABLE, 1);
    Starts done = marked;
    done.restores = 0;
    done.isRestoring = 0;
    ++done.generation;
    current.store(done);
}

// Returns `before` with one more start; empty while the flag is being restored.
std::optional<Starts> withOneMore(Starts before) noexcept
{
    Starts after = ours(before);
    if (after.isRestoring)
        return std::nullopt;
    if (after.count == 0)
        after.restores = ::prctl(PR_GET_DUMPABLE) == 1 ? 1 : 0;
    ++after.count;
    return after;
}

} // namespace

DumpableKeeper::DumpableKeeper(bool isNeeded) noexcept
    : m_isNeeded(isNeeded)
{
    if (!isNeeded)
        return;
    Starts before = current.load();
    for (;;) {
        const std::optional<Starts> after = withOneMore(before);
        if (after && current.compare_exchange_weak(before, *after))
            return;
        if (after)
            continue;
        pauseFor(std::chrono::milliseconds(1)); // The restoring thread may have a lower priority.
        before = current.load();
    }
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
        after.isRestoring = after.count == 0 && after.restores ? 1 : 0;
    } while (!current.compare_exchange_weak(before, after));
    if (after.isRestoring)
        restore(after);
}

} // namespace ForkFd::Internal
