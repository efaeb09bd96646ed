// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/thisprocess.h"

#include <atomic>
#include <cstddef>

#include <sys/mman.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

using Stamp = std::atomic<std::uint32_t>;

// The stamp lies on a page that the kernel wipes in each forked copy (madvise(2), "MADV_WIPEONFORK
// (since Linux 4.14)"). The page is never unmapped. `page` is `&none` if the kernel does not wipe pages,
// and null before that is known.
std::atomic<Stamp *> page;
Stamp none;

// A copy inherits the counter and draws the next number, so no process has the stamp of an ancestor.
std::atomic<std::uint32_t> lastDrawn;

Stamp *mapPage() noexcept
{
    const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void *fresh = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const bool isMapped = fresh != MAP_FAILED;
    // The page begins with zeroes. The choice for or against a page is final, because the stamp must not
    // change.
    const bool isWiped = isMapped && ::madvise(fresh, size, MADV_WIPEONFORK) == 0;
    Stamp *stamp = isWiped ? static_cast<Stamp *>(fresh) : &none;
    Stamp *known = nullptr;
    // Release and acquire: a thread that sees the address sees the page. Two threads may map a page at
    // once. A lock is no option: a fork() could leave it locked in the copy.
    if (!page.compare_exchange_strong(known, stamp, std::memory_order_acq_rel))
        stamp = known;
    if (isMapped && stamp != fresh)
        ::munmap(fresh, size);
    return stamp;
}

// If several threads draw at once, the first number counts for all.
std::uint32_t draw(Stamp &stamp) noexcept
{
    std::uint32_t fresh = lastDrawn.fetch_add(1, std::memory_order_relaxed) + 1;
    if (fresh == 0) // After 4294967295 draws.
        fresh = lastDrawn.fetch_add(1, std::memory_order_relaxed) + 1;
    std::uint32_t drawn = 0;
    return stamp.compare_exchange_strong(drawn, fresh, std::memory_order_relaxed) ? fresh : drawn;
}

} // namespace

std::uint32_t processStamp() noexcept
{
    Stamp *stamp = page.load(std::memory_order_acquire);
    if (!stamp)
        stamp = mapPage();
    if (stamp == &none)
        return stampOfForkCount();
    const std::uint32_t drawn = stamp->load(std::memory_order_relaxed);
    return drawn != 0 ? drawn : draw(*stamp);
}

} // namespace ForkFd::Internal
