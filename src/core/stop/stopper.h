// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_STOPPER_H
#define FORKFD_CORE_STOP_STOPPER_H

#include "core/base/thisprocess.h"

#include <ForkFd/export.h>

#include <chrono>
#include <memory>

namespace ForkFd::Internal {

class PrivateCgroup;
class StopperState;
class StoppableChild;

/// Kills children that still run when their grace is over, from a thread that does not depend on the
/// program's threads. At normal exit of the process it kills all that are left.
///
/// The thread starts with the first child and ends after it was idle for a while. Except awaitAll(), no
/// function fails or waits for a child: without memory for a grace it sends SIGKILL at once. Without a
/// thread, the owner's waits and event loop and the next call to the library do its work. The thread
/// allocates memory only to find and signal the members of a tree; without memory it tries again.
class FORKFD_EXPORT Stopper
{
public:
    using Clock = std::chrono::steady_clock;

    /// Asks `child` to end now, and kills its remaining processes when the grace is over, unless the
    /// owner has let it go before.
    static void stop(const std::shared_ptr<StoppableChild> &child,
                     std::chrono::milliseconds grace) noexcept;
    /// Takes a child over from its owner, kills it when its grace is over, and collects it.
    static void adopt(const std::shared_ptr<StoppableChild> &child) noexcept;
    /// The same without a grace, for a child that takes time to kill.
    static void kill(const std::shared_ptr<StoppableChild> &child) noexcept;

    /// Ends the child's task. Called when the last user has let the child go.
    static void letGo(StoppableChild &child) noexcept;

    /// Removes a cgroup when all processes have left it.
    static void removeLater(PrivateCgroup group) noexcept;

    /// Blocks until all children that are being stopped have ended, with all processes of their scopes,
    /// or until `end`. Collects no child that has an owner. Returns whether all have ended.
    static bool awaitAll(Clock::time_point end) noexcept;

    /// Without a thread, tries to make it or does its work. Costs almost nothing without work.
    static void retry() noexcept;
    /// The same for a caller that is about to sleep for `timeout` milliseconds (-1: for ever). Returns
    /// how long it may sleep before the next call, which is shorter while there is no thread.
    static int retryBefore(int timeout) noexcept;

private:
    static StopperState *stateOfThisProcess() noexcept;
    static void killAllAtExit() noexcept;
    static void adopt(const std::shared_ptr<StoppableChild> &child, bool hasGrace) noexcept;

    static OnePerProcess<StopperState> states;
};

} // namespace ForkFd::Internal

#endif
