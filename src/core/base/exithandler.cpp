// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/exithandler.h"

#include "core/base/deadline.h"
#include "core/base/signals.h"
#include "core/base/wait.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>

#include <pthread.h>

namespace ForkFd::Internal {

namespace {

using namespace std::chrono_literals;

// docs/design/base.md, "Exit handlers and fork()", explains the word and the two limits.
constexpr std::chrono::milliseconds forkPatience = 2s;
constexpr std::chrono::milliseconds registrationPatience = 100ms;

// The number of calls of fork() in progress, and in the upper bits the number of registrations in
// progress.
constinit std::atomic<std::uint32_t> forkGate = 0;
constexpr std::uint32_t oneFork = 1;
constexpr std::uint32_t oneRegistration = 1U << 16;
constexpr std::uint32_t forkBits = oneRegistration - 1;

// The next three run inside fork(), which a signal handler may call: async-signal-safe calls only.

void beginFork()
{
    forkGate.fetch_add(oneFork, std::memory_order_acquire);
    const Deadline end(forkPatience);
    while (forkGate.load(std::memory_order_acquire) >= oneRegistration && !end.hasExpired())
        pauseFor(1ms);
}

// The count is 0 in a copy that a signal handler made inside this very fork().
void endForkInParent()
{
    std::uint32_t word = forkGate.load(std::memory_order_relaxed);
    while ((word & forkBits) != 0
           && !forkGate.compare_exchange_weak(word, word - oneFork, std::memory_order_release,
                                              std::memory_order_relaxed)) { }
}

// The other threads do not exist here, and so neither do their forks and registrations.
void endForkInChild()
{
    forkGate.store(0, std::memory_order_relaxed);
}

// Registered when the library is loaded: a registration by the first start could itself be late.
[[maybe_unused]] const int forkGateError = ::pthread_atfork(beginFork, endForkInParent, endForkInChild);

bool beginRegistrationWithoutForks() noexcept
{
    std::uint32_t word = forkGate.load(std::memory_order_relaxed);
    while ((word & forkBits) == 0) {
        if (forkGate.compare_exchange_weak(word, word + oneRegistration, std::memory_order_acquire,
                                           std::memory_order_relaxed))
            return true;
    }
    return false;
}

void beginRegistration() noexcept
{
    const Deadline end(registrationPatience);
    while (!beginRegistrationWithoutForks()) {
        if (end.hasExpired()) {
            forkGate.fetch_add(oneRegistration, std::memory_order_acquire);
            return;
        }
        pauseFor(1ms);
    }
}

void endRegistration() noexcept
{
    forkGate.fetch_sub(oneRegistration, std::memory_order_release);
}

} // namespace

bool callAtExit(void (*handler)()) noexcept
{
    const Uninterrupted guard; // A signal handler may call fork(), or jump.
    beginRegistration();
    const bool isRegistered = std::atexit(handler) == 0;
    endRegistration();
    return isRegistered;
}

} // namespace ForkFd::Internal
