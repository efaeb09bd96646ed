// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// noteSignal() runs in signal handlers: async-signal-safe calls only.

#include "core/watch/sigchld/copies.h"

#include "core/watch/sigchld/disposition.h"

#include <atomic>

namespace ForkFd::Internal::Copies {

namespace {

// These three begin anew with each installation.
/// The address of a handler above ours that has called ours, or 0.
std::atomic<std::uintptr_t> knownCaller;
std::atomic<bool> wasReached; ///< A signal has reached us.
std::atomic<bool> wasEndMissed; ///< See noteMissedEnd().
/// Installations that are still allowed although our handler may be reached without them.
unsigned spareInstallations = 2;

} // namespace

bool mayInstallAbove(const struct sigaction &current) noexcept
{
    // Without a handler the kernel may throw away the status. Code that is not a copy may reap our
    // children before it calls us, or may not call us at all.
    const bool isOfCopy = (current.sa_flags & mark) != 0;
    if (!isHandler(current) || reapsAutomatically(current) || !isOfCopy)
        return true;
    const bool isKnown = handlerOf(current) == knownCaller.load(std::memory_order_relaxed);
    // Signals that never reach us, wherever we stand, are blocked.
    if (wasReached.load(std::memory_order_relaxed)
        && (!isKnown || wasEndMissed.load(std::memory_order_relaxed)))
        return true;
    if (spareInstallations == 0)
        return false;
    --spareInstallations;
    return true;
}

void noteInstallation() noexcept
{
    knownCaller.store(0, std::memory_order_relaxed);
    wasReached.store(false, std::memory_order_relaxed);
    wasEndMissed.store(false, std::memory_order_relaxed);
}

void noteSignal(std::uintptr_t caller) noexcept
{
    // This is wrong if the caller was installed after the kernel had called us. noteMissedEnd() corrects
    // it.
    if (caller != 0)
        knownCaller.store(caller, std::memory_order_relaxed);
    wasReached.store(true, std::memory_order_relaxed);
}

void noteMissedEnd() noexcept
{
    wasEndMissed.store(true, std::memory_order_relaxed);
}

} // namespace ForkFd::Internal::Copies
