// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/thisprocess.h"

#include <atomic>

#include <pthread.h>
#include <unistd.h>

namespace ForkFd::Internal {

static_assert(sizeof(ProcessIdentity) == 8 && std::atomic<ProcessIdentity>::is_always_lock_free);

ProcessIdentity ProcessIdentity::current() noexcept
{
    ProcessIdentity result;
    result.m_pid = ::getpid();
    result.m_stamp = processStamp();
    return result;
}

bool ProcessIdentity::isCurrent() const noexcept
{
    // The stamp is compared first: it is cheaper, and it differs in a forked copy.
    return m_stamp == processStamp() && m_pid == ::getpid();
}

namespace {

// The highest process id on Linux is 1 << 22 (PID_MAX_LIMIT). The ids of other systems stay far below.
constexpr unsigned bitsOfProcessId = 22;

std::atomic<std::uint32_t> forkCount;
std::atomic<bool> isCounting;

void countFork()
{
    forkCount.fetch_add(1, std::memory_order_relaxed);
}

// The flag is set last: a thread that sees it can rely on the count. Two threads at once may register
// the handler twice. Each fork then counts twice, which does no harm.
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
