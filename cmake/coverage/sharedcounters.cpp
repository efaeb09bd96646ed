// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A part of the core if FORKFD_COVERAGE is on. GCC's counters are written to files when a process exits.
// A forked copy that executes a program, calls _exit(2) or is killed would lose its counters. So copies
// share them with the process that they are copied from.

#include <cstddef>

#include <sys/mman.h>
#include <unistd.h>

extern "C" {
// counters.ld defines the first two, and refers to the third.
extern char forkfd_counters_begin[] __attribute__((weak, visibility("hidden")));
extern char forkfd_counters_end[] __attribute__((weak, visibility("hidden")));
extern const bool forkfd_share_counters;
void __gcov_dump();
void forkfd_write_counters();
}

namespace {

pid_t owner = -1; ///< A forked copy has the owner's number here.

__attribute__((no_profile_instrument_function)) void mapCounters(int kind) noexcept
{
    const std::ptrdiff_t size = forkfd_counters_end - forkfd_counters_begin;
    if (size > 0)
        ::mmap(forkfd_counters_begin, static_cast<std::size_t>(size), PROT_READ | PROT_WRITE,
               kind | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

// Runs before the constructors of the library, whose counters must not be lost.
__attribute__((constructor(101), no_profile_instrument_function)) void shareCounters() noexcept
{
    owner = ::getpid();
    mapCounters(MAP_SHARED);
}

// GCC adds the counters of the file to those in memory and writes the sum. If copies did this, too, the
// counters would double with each copy that exits, until they overflow. Runs before GCC's destructor.
__attribute__((destructor(101), no_profile_instrument_function)) void leaveCountersToOwner() noexcept
{
    if (::getpid() != owner)
        mapCounters(MAP_PRIVATE);
}

} // namespace

const bool forkfd_share_counters = true;

// For an owner that ends without exit(3). A weak reference to GCC's function would not link it.
void forkfd_write_counters()
{
    __gcov_dump();
}
