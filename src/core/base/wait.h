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

/// poll(2), which may fail although all its arguments are right: with more entries than RLIMIT_NOFILE
/// allows (none at 0), or because a filter refuses it. Then nothing is known of the descriptors. This
/// function sleeps for `moment`, or the timeout where that is shorter, and reports all of them as ready:
/// the caller looks at each, and neither waits for ever nor spins.
///
/// Returns how many are ready, 0 or less when the time is over or a signal came. A cancellation point,
/// so that it is not noexcept.
FORKFD_EXPORT int pollDescriptors(pollfd *entries, nfds_t count, int timeout,
                                  std::chrono::milliseconds moment = std::chrono::milliseconds(10));

/// Whether the descriptor became readable, is not open, or cannot be waited for, in time (negative: for
/// ever). A signal may cut the time short. While it sleeps, and only then, the thread may be cancelled
/// as before `blocker`; it unwinds then, so that neither this nor its callers are noexcept.
bool sleepUntilReadable(int descriptor, std::chrono::milliseconds timeout,
                        const CancellationBlocker &blocker);

} // namespace ForkFd::Internal

#endif
