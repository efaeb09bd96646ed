// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_REAPER_H
#define FORKFD_CORE_STOP_REAPER_H

#include "core/base/thisprocess.h"

#include <atomic>

namespace ForkFd::Internal {

class ExitWatch;

/// Collects children without an owner when they end. Its thread starts with the first such child and
/// ends after it was idle for a while.
class Reaper
{
public:
    /// Takes ownership of `watch`, which must be watching. Never blocks, never fails: without memory,
    /// descriptors or a thread, it tries again with the next child.
    static void adopt(ExitWatch *watch) noexcept;
    /// Tries again after a lack of memory, descriptors or threads. Costs almost nothing without work.
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
