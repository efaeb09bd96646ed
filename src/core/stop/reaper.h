// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_REAPER_H
#define FORKFD_CORE_STOP_REAPER_H

#include "core/base/oneperprocess.h"

#include <atomic>

namespace ForkFd::Internal {

class ExitWatch;

/// Takes over children whose owner has gone, and collects each when it ends. Its thread starts with
/// the first child that is left to it, ends when it has had nothing to do for a while, and is made anew
/// when needed.
class Reaper
{
public:
    /// Takes ownership of a watching `watch`. Never blocks, never fails: what cannot be watched for
    /// want of memory, descriptors or threads is tried again with the next child.
    static void adopt(ExitWatch *watch) noexcept;
    /// Tries again what could not be had before. Costs next to nothing when there is nothing to do.
    static void retry() noexcept;

private:
    struct State;
    static void serveAdopted() noexcept;
    static State *stateOfThisProcess() noexcept;
    static void pushPending(ExitWatch *watch) noexcept;
    static void watchPending(State &state) noexcept;
    static void putIntoSet(State &state, ExitWatch *watch) noexcept;
    static bool serve(State &state, int timeout) noexcept;
    static bool hasNothingToDo(const State &state) noexcept;
    static bool leave(State &state) noexcept;
    static void threadMain(void *argument);

    static std::atomic<ExitWatch *> pending;
    static OnePerProcess<State> states;
};

} // namespace ForkFd::Internal

#endif
