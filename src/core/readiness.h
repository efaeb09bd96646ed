// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_READINESS_H
#define FORKFD_READINESS_H

#include "signals.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include <poll.h>

namespace ForkFd::Internal {

/// Whether the descriptor became readable, or is not open, in time (negative: for ever). A signal may
/// cut the time short. While it sleeps, and only then, the thread may be cancelled as before `blocker`;
/// it unwinds then, so that neither this nor its callers are noexcept.
inline bool sleepUntilReadable(int descriptor, std::chrono::milliseconds timeout,
                               const CancellationBlocker &blocker)
{
    pollfd entry = {descriptor, POLLIN, 0};
    const auto length =
        std::min<std::chrono::milliseconds::rep>(timeout.count(), std::numeric_limits<int>::max());
    ::pthread_setcancelstate(blocker.previousState(), nullptr);
    const bool isReadable = ::poll(&entry, 1, static_cast<int>(length)) > 0;
    ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
    return isReadable;
}

/// For a moment, in which the thread cannot be cancelled.
inline void pauseFor(std::chrono::milliseconds time, const CancellationBlocker &)
{
    ::poll(nullptr, 0, static_cast<int>(time.count()));
}

} // namespace ForkFd::Internal

#endif
