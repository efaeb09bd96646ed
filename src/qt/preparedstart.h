// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_PREPAREDSTART_H
#define FORKFD_QT_PREPAREDSTART_H

#include "qt/childsettings.h"
#include "qt/standardstreams.h"

#include "core/start/pendingstart.h"

#include <chrono>
#include <memory>

namespace ForkFd::Internal {

/// A start that one thread begins, that goes on in a thread of its own, and that a ChildProcess in a
/// third thread takes over; see ChildProcessPrivate::adopt().
struct PreparedStart
{
    std::chrono::steady_clock::time_point startTime;
    StandardStreams streams; ///< Our ends.
    StandardStreams::Failure streamFailure = StandardStreams::None;
    LaunchFailure failure; ///< What the beginning thread has found out; without a step nothing.
    std::unique_ptr<PendingStart> pending; ///< Null with a failure.

    /// Makes the streams and the thread. The child gets the calling thread's attributes.
    void begin(ChildSettings &settings, const StopSettings &stopSettings);

private:
    bool openStreams(const ChildSettings &settings, ChildEnds &ends);
};

} // namespace ForkFd::Internal

#endif
