// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/reaper.h"

#include "core/base/event.h"
#include "core/watch/exitwatch.h"

#include "core/base/librarythread.h"
#include "core/base/pollset.h"
#include "core/base/sanitizers.h"
#include "core/base/signals.h"
#include "core/base/uniquefd.h"
#include "core/stop/stopper.h"
#include <ForkFd/spawn.h>

#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include <fcntl.h>

namespace ForkFd::Internal {

namespace {

constexpr int sweepInterval = 50; // ms, while a child is not in the set.
constexpr std::uint64_t wakeUp = 0; // No watch has this address.

} // namespace

// Who owns a watch: whoever calls adopt(); then `pending`, a stack that is only taken as a whole, by
// one thread each time; then the poll set, where it is an id, and with it the thread. What cannot
// be put there, or cannot be collected yet, goes back to `pending`.
//
// No lock is ever held, so that a fork() in another thread cannot leave one locked in the copy. The
// copy makes a state of its own; watches that it inherits
// in `pending` are not its to collect (ExitWatch::isWatching) and only get closed.
struct Reaper::State : OfOneProcess
{
    PollSet set;
    std::atomic<bool> hasSet =
        false; ///< Once open, for all threads; until then the thread alone opens it.
    ExitEvent wake; ///< In the set, where there is one: tells the thread of `pending`.
    enum Thread { NoThread, HasThread };
    std::atomic<Thread> thread = NoThread;
    std::atomic<int> watchedCount = 0; ///< In the set.

    State() { openSet(); }
    ~State() { wake.close(); }
    State(const State &) = delete;
    State &operator=(const State &) = delete;

    void openSet() noexcept
    {
        if (wake.readable < 0 && !wake.open(ExitEvent::Private))
            return;
        if (hasRoom())
            hasSet = set.open() && set.add(wake.readable, PollSet::Readable, wakeUp);
        if (!hasSet)
            wake.close();
    }

    // The last free descriptor is the user's, who may have closed one a moment ago.
    bool hasRoom() const noexcept
    {
        const UniqueFd one(::fcntl(wake.readable, F_DUPFD_CLOEXEC, 0));
        const UniqueFd two(::fcntl(wake.readable, F_DUPFD_CLOEXEC, 0));
        return one && two;
    }
};

std::atomic<ExitWatch *> Reaper::pending;
OnePerProcess<Reaper::State> Reaper::states;

void LeaveToReaper::operator()(ExitWatch *watch) const noexcept
{
    const CancellationBlocker blocker;
    if (watch->endsUnwatched() || !watch->isWatching() || watch->collect()) {
        delete watch;
        Reaper::retry();
        Stopper::retry();
    } else {
        Reaper::adopt(watch);
    }
}

void Reaper::retry() noexcept
{
    const State *state = states.find();
    const bool lacksThread = state && state->watchedCount != 0 && state->thread == State::NoThread;
    if (lacksThread || pending.load(std::memory_order_relaxed))
        serveAdopted();
}

void Reaper::adopt(ExitWatch *watch) noexcept
{
    pushPending(watch);
    serveAdopted();
}

void Reaper::serveAdopted() noexcept
{
    State *state = stateOfThisProcess();
    if (!state)
        return;
    watchPending(*state);
    const bool hasPending = pending.load(std::memory_order_relaxed) != nullptr;
    if (state->watchedCount == 0 && !hasPending)
        return;
    State::Thread none = State::NoThread;
    if (!state->thread.compare_exchange_strong(none, State::HasThread)) {
        if (hasPending && state->hasSet)
            state->wake.set(); // It may sleep for good.
        return;
    }
    if (startLibraryThread("forkfd-reaper", threadMain, state) != 0) {
        // In its place for once, and nobody else is before the flag says so.
        serve(*state, 0);
        state->thread = State::NoThread;
    }
}

Reaper::State *Reaper::stateOfThisProcess() noexcept
{
    return states.findOrMake([] { return std::unique_ptr<State>(new (std::nothrow) State); });
}

void Reaper::pushPending(ExitWatch *watch) noexcept
{
    // Release: whoever takes the stack sees the whole watch. And sequentially consistent: see leave().
    watch->m_nextInReaper = pending.load(std::memory_order_relaxed);
    while (!pending.compare_exchange_weak(watch->m_nextInReaper, watch)) { }
}

// Collects what has ended, and puts the rest into the set.
void Reaper::watchPending(State &state) noexcept
{
    ExitWatch *watch = pending.exchange(nullptr, std::memory_order_acquire);
    while (watch) {
        ExitWatch *next = watch->m_nextInReaper;
        if (!watch->isWatching() || watch->collect())
            delete watch;
        else
            putIntoSet(state, watch);
        watch = next;
    }
}

void Reaper::putIntoSet(State &state, ExitWatch *watch) noexcept
{
    if (!state.hasSet || watch->descriptor() < 0) {
        pushPending(watch);
        return;
    }
    // Counted before, because the thread may have collected and deleted it right after.
    ++state.watchedCount;
    Sanitizers::noteInUse(watch); // From now on its address is known to the kernel alone.
    const auto id = reinterpret_cast<std::uintptr_t>(watch);
    if (!state.set.add(watch->descriptor(), PollSet::Readable, id)) {
        --state.watchedCount;
        pushPending(watch);
    }
}

bool Reaper::serve(State &state, int timeout) noexcept
{
    std::uint64_t ids[PollSet::maxEvents];
    const int count = state.set.wait(ids, timeout);
    for (int i = 0; i < count; ++i) {
        if (ids[i] == wakeUp) {
            state.wake.clear();
            continue;
        }
        auto *watch = reinterpret_cast<ExitWatch *>(static_cast<std::uintptr_t>(ids[i]));
        const bool isCollected = watch->collect().has_value();
        // Level-triggered: one that has ended but cannot be collected yet must not stay.
        state.set.remove(watch->descriptor());
        --state.watchedCount;
        if (isCollected)
            delete watch;
        else
            pushPending(watch);
    }
    if (count == 0)
        watchPending(state);
    return count != 0;
}

void Reaper::threadMain(void *argument)
{
    State &state = *static_cast<State *>(argument);
    SignalGate gate;
    bool isIdle = false;
    bool hasServed = false;
    do {
        if (!state.hasSet)
            state.openSet();
        isIdle = hasNothingToDo(state);
        const bool sleeps = state.hasSet && !pending.load(std::memory_order_relaxed);
        const int idleTime = static_cast<int>(libraryThreadIdleTime.count());
        const int timeout = gate.timeout(sleeps ? -1 : sweepInterval);
        // Without a set it cannot be woken.
        hasServed = serve(state, isIdle && state.hasSet ? idleTime : timeout);
        gate.look();
    } while (!isIdle || hasServed || !leave(state));
}

bool Reaper::hasNothingToDo(const State &state) noexcept
{
    return state.watchedCount == 0 && !pending.load();
}

// Gives up the place of the thread, unless there is work. Whoever adopts a child first puts it where it
// is found here and then looks at the place; this looks the other way round, and all of that is
// sequentially consistent: one sees the other. If both do, one takes the place.
bool Reaper::leave(State &state) noexcept
{
    if (!hasNothingToDo(state))
        return false;
    state.thread = State::NoThread;
    State::Thread none = State::NoThread;
    return hasNothingToDo(state) || !state.thread.compare_exchange_strong(none, State::HasThread);
}

} // namespace ForkFd::Internal
