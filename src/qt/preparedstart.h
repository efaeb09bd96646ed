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

/// A start that one thread begins, another thread executes, and a ChildProcess in a third thread takes
/// over; see ChildProcessPrivate::adopt().
struct PreparedStart
{
    std::chrono::steady_clock::time_point startTime;
    StandardStreams streams; ///< The parent's ends.
    StandardStreams::Failure streamFailure = StandardStreams::None;
    StartFailure failure; ///< Failures of begin(); without a step, none.
    std::unique_ptr<PendingStart> pending; ///< Null after a failure.

    /// Creates the streams and the thread. The child inherits the attributes of the calling thread.
    void begin(ChildSettings &settings, const StopSettings &stopSettings);

private:
    bool openStreams(const ChildSettings &settings, ChildEnds &ends);
};

} // namespace ForkFd::Internal

#endif
