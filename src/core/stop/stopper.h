// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_STOPPER_H
#define FORKFD_CORE_STOP_STOPPER_H

#include "core/base/oneperprocess.h"

#include <ForkFd/export.h>

#include <chrono>
#include <memory>

namespace ForkFd::Internal {

class PrivateCgroup;
class StopperState;
class StoppableChild;

/// Stops children: sends SIGKILL when their grace is over, whatever the program's threads do meanwhile.
/// At normal exit of the process it kills all that are left.
///
/// Its thread starts with the first child and ends when it was idle for a while. None of these functions
/// fails or waits for a child, except awaitAll(): without memory for a grace SIGKILL follows at once.
/// Without a thread its work is done by the owner's waits and event loop, and by the next call to the
/// library. The thread itself allocates no
/// memory, except to find and signal the members of a tree; where it cannot, it tries again.
class FORKFD_EXPORT Stopper
{
public:
    using Clock = std::chrono::steady_clock;

    /// Asks `child` to end, now, and kills what is left of it when the grace is over, unless it was let
    /// go by its owner before that.
    static void stop(const std::shared_ptr<StoppableChild> &child, Clock::duration grace) noexcept;
    /// For an owner that goes: keeps the child until it has ended, kills it when its grace is over, and
    /// collects it.
    static void adopt(const std::shared_ptr<StoppableChild> &child) noexcept;
    /// The same without a grace, for a child whose kill takes its time.
    static void kill(const std::shared_ptr<StoppableChild> &child) noexcept;

    /// For the end of a child that has a task: its last user has let it go.
    static void letGo(StoppableChild &child) noexcept;

    /// Removes a cgroup when all processes have left it.
    static void removeLater(PrivateCgroup group) noexcept;

    /// Blocks until all children that are being stopped have ended, with what their scope still reaches,
    /// or the time has come. Collects no child that has an owner. Whether all have ended.
    static bool awaitAll(Clock::time_point end) noexcept;

    /// Tries again what could not be had before. Costs next to nothing when there is nothing to do.
    static void retry() noexcept;
    /// The same for a caller that is about to sleep for `timeout` milliseconds, -1 for ever. Returns how
    /// long it may sleep before it has to come again: not as long while there is no thread.
    static int retryBefore(int timeout) noexcept;

private:
    static StopperState *stateOfThisProcess() noexcept;
    static void killAllAtExit() noexcept;
    static void adopt(const std::shared_ptr<StoppableChild> &child, bool hasGrace) noexcept;

    static OnePerProcess<StopperState> states;
};

} // namespace ForkFd::Internal

#endif
