// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/forkcount.h"

#include <atomic>

#include <pthread.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

// Linux gives no process a higher number than 1 << 22 (PID_MAX_LIMIT); others stay far below.
constexpr unsigned bitsOfProcessId = 22;

std::atomic<std::uint32_t> forkCount;
std::atomic<bool> isCounting;

void countFork()
{
    forkCount.fetch_add(1, std::memory_order_relaxed);
}

// The flag comes last: a thread that sees it may rely on the count. Two threads that come at once
// register it twice, and each fork counts twice, which does no harm.
void ensureCounting() noexcept
{
    if (isCounting.load(std::memory_order_acquire))
        return;
    ::pthread_atfork(nullptr, nullptr, countFork);
    isCounting.store(true, std::memory_order_release);
}

} // namespace

std::uint32_t stampOfForkCount() noexcept
{
    ensureCounting();
    const std::uint32_t count = forkCount.load(std::memory_order_relaxed);
    return static_cast<std::uint32_t>(::getpid()) + (count << bitsOfProcessId);
}

} // namespace ForkFd::Internal
