// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_STOPPER_H
#define FORKFD_STOPPER_H

#include "oneperprocess.h"

#include <ForkFd/export.h>

#include <chrono>
#include <memory>

namespace ForkFd::Internal {

class PrivateCgroup;
class StoppableChild;

/// Makes children end that do not when they are asked to: SIGKILL once their grace is over, whatever the
/// program's threads do meanwhile. At normal exit of the process all of them are killed that are left.
///
/// Its thread starts with the first of them and lives as long as the process. None of these functions
/// fails or waits for a child: without memory for a grace there is none, and without a thread the next
/// call to the library does its work.
class FORKFD_EXPORT Stopper
{
public:
    using Clock = std::chrono::steady_clock;

    /// Asks `child` to end, now, and kills what is left of it when the grace is over, unless it was let
    /// go by its owner before that.
    static void stop(const std::shared_ptr<StoppableChild> &child, Clock::duration grace) noexcept;
    /// For an owner that goes: keeps the child until its grace is over, or it has ended, and collects
    /// it.
    static void adopt(const std::shared_ptr<StoppableChild> &child) noexcept;
    /// The same, and it has no grace: for one whose kill takes its time.
    static void kill(const std::shared_ptr<StoppableChild> &child) noexcept;

    /// Removes a cgroup when all have left it.
    static void removeLater(PrivateCgroup group) noexcept;

    /// Tries again what could not be had before. Costs next to nothing when there is nothing to do.
    static void retry() noexcept;

private:
    struct Task;
    class State;
    static State *stateOfThisProcess() noexcept;
    static void killAllAtExit() noexcept;
    static void adopt(const std::shared_ptr<StoppableChild> &child, bool hasGrace) noexcept;

    static OnePerProcess<State> states;
};

} // namespace ForkFd::Internal

#endif
