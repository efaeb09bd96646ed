// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_WAIT_H
#define FORKFD_CORE_BASE_WAIT_H

#include "core/base/signals.h"

#include <ForkFd/export.h>

#include <chrono>

#include <poll.h>

namespace ForkFd::Internal {

/// Sleeps. A signal may cut the time short.
FORKFD_EXPORT void pauseFor(std::chrono::milliseconds time) noexcept;

/// poll(2), which may fail with valid arguments: if RLIMIT_NOFILE is smaller than the number of entries,
/// or if a filter refuses it. The state of the descriptors is unknown then. This function sleeps for
/// `moment`, or for a shorter timeout, and reports all of them as ready. So the caller looks at each,
/// and neither waits for ever nor spins.
///
/// Returns the number of ready entries, or 0 or less after a timeout or a signal. It is a cancellation
/// point, and so not noexcept.
FORKFD_EXPORT int pollDescriptors(pollfd *entries, nfds_t count, int timeout,
                                  std::chrono::milliseconds moment = std::chrono::milliseconds(10));

/// Waits up to `timeout` ms (negative: for ever) until the descriptor is readable. True also if it is
/// not open or cannot be polled. A signal may end the wait early. Only while it sleeps, it restores the
/// cancel state from before `blocker`. A cancelled thread unwinds, so neither this function nor its
/// callers are noexcept.
bool sleepUntilReadable(int descriptor, int timeout, const CancellationBlocker &blocker);

} // namespace ForkFd::Internal

#endif
