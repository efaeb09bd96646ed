// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/stopper.h"

#include "core/base/signals.h"
#include "core/stop/stoppablechild.h"
#include "core/stop/stopperstate.h"

#include <csignal>
#include <cstdlib>
#include <new>
#include <utility>

namespace ForkFd::Internal {

OnePerProcess<StopperState> Stopper::states;

StopperState *Stopper::stateOfThisProcess() noexcept
{
    return states.findOrMake([] {
        std::unique_ptr<StopperState> fresh(new (std::nothrow) StopperState);
        if (fresh)
            std::atexit([] { killAllAtExit(); }); // A forked copy inherits this handler.
        return fresh;
    });
}

void Stopper::killAllAtExit() noexcept
{
    const CancellationBlocker blocker;
    if (StopperState *state = states.find())
        state->killAll();
}

void Stopper::stop(const std::shared_ptr<StoppableChild> &child,
                   std::chrono::milliseconds grace) noexcept
try {
    const CancellationBlocker blocker;
    StopperState *state = child->belongsToThisProcess() ? stateOfThisProcess() : nullptr;
    if (state)
        state->stop(child, grace);
    else
        child->sendSignal(SIGKILL);
} catch (const std::bad_alloc &) {
    child->sendSignal(SIGKILL);
}

void Stopper::adopt(const std::shared_ptr<StoppableChild> &child) noexcept
{
    adopt(child, true);
}

void Stopper::kill(const std::shared_ptr<StoppableChild> &child) noexcept
{
    adopt(child, false);
}

void Stopper::adopt(const std::shared_ptr<StoppableChild> &child, bool hasGrace) noexcept
{
    const CancellationBlocker blocker;
    if (!child->belongsToThisProcess())
        return;
    try {
        if (StopperState *state = stateOfThisProcess()) {
            state->adopt(child, hasGrace);
            return;
        }
    } catch (const std::bad_alloc &) { // SIGKILL, as without a state.
    }
    child->sendSignal(SIGKILL);
}

void Stopper::letGo(StoppableChild &child) noexcept
{
    const CancellationBlocker blocker;
    StopperState *state = child.belongsToThisProcess() ? states.find() : nullptr;
    if (state)
        state->letGo(child);
}

void Stopper::removeLater(PrivateCgroup group) noexcept
try {
    const CancellationBlocker blocker;
    if (StopperState *state = stateOfThisProcess())
        state->removeLater(std::move(group));
} catch (const std::bad_alloc &) { // PrivateCgroup::make() of a later process removes it.
}

bool Stopper::awaitAll(Clock::time_point end) noexcept
{
    const CancellationBlocker blocker;
    StopperState *state = states.find();
    return !state || state->awaitAll(end);
}

void Stopper::retry() noexcept
{
    retryBefore(-1);
}

int Stopper::retryBefore(int timeout) noexcept
{
    const CancellationBlocker blocker;
    StopperState *state = states.find();
    if (!state || state->hasThread() || !state->hasWork())
        return timeout;
    state->serve();
    const int next = state->hasThread() ? -1 : state->timeout();
    return next < 0 || (timeout >= 0 && timeout < next) ? timeout : next;
}

} // namespace ForkFd::Internal
