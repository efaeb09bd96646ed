// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A part of the core if FORKFD_COVERAGE is on. GCC's counters are written to files when a process exits.
// A forked copy that executes a program, calls _exit(2) or is killed would lose its counters. So copies
// share them with the process that they are copied from.

#include <cstddef>

#include <sys/mman.h>

extern "C" {
// counters.ld defines the first two, and refers to the third.
extern char forkfd_counters_begin[] __attribute__((weak, visibility("hidden")));
extern char forkfd_counters_end[] __attribute__((weak, visibility("hidden")));
extern const bool forkfd_share_counters;
}

namespace {

// Runs before the constructors of the library, whose counters must not be lost.
__attribute__((constructor(101), no_profile_instrument_function)) void shareCounters() noexcept
{
    const std::ptrdiff_t size = forkfd_counters_end - forkfd_counters_begin;
    if (size > 0)
        ::mmap(forkfd_counters_begin, static_cast<std::size_t>(size), PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

} // namespace

const bool forkfd_share_counters = true;
