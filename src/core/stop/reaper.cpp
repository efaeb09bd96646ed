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

// A watch belongs to the caller of adopt(), then to the stack `pending`, then to the poll set, where it
// is an id, and the reaper's thread. A thread always takes `pending` as a whole. If the set refuses a
// watch, or its child cannot be collected yet, the watch goes back to `pending`.
//
// There is no lock, which a fork() in another thread could leave locked in the copy. A forked copy
// makes its own state. It does not collect the watches that it inherits in `pending`
// (ExitWatch::isWatching), but only closes them.
struct Reaper::State : OfOneProcess
{
    PollSet set;
    std::atomic<bool> hasSet = false; ///< Until the set is open, only the thread opens it.
    ExitEvent wake; ///< In the set; tells the thread to look at `pending`.
    enum Thread { NoThread, HasThread };
    std::atomic<Thread> thread = NoThread;
    std::atomic<int> watchedCount = 0; ///< Watches in the set.

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

    // Leaves the last free descriptor to the program, which may have closed it a moment ago.
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
            state->wake.set(); // The thread may sleep without a timeout.
        return;
    }
    if (startLibraryThread("forkfd-reaper", threadMain, state) != 0) {
        // There is no thread: do one pass here. The flag keeps other threads out.
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
    // Release: the thread that takes the stack sees the whole watch. The order is also for leave().
    watch->m_nextInReaper = pending.load(std::memory_order_relaxed);
    while (!pending.compare_exchange_weak(watch->m_nextInReaper, watch)) { }
}

// Collects the children that have ended, and puts the other watches into the set.
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
    // Counted first, because the thread may collect the child and delete the watch right after add().
    ++state.watchedCount;
    Sanitizers::noteInUse(watch); // From now on only the kernel has its address.
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
        // Level-triggered: a child that cannot be collected yet would wake the thread again and again.
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
        // Without a set the thread cannot be woken.
        hasServed = serve(state, isIdle && state.hasSet ? idleTime : timeout);
        gate.look();
    } while (!isIdle || hasServed || !leave(state));
}

bool Reaper::hasNothingToDo(const State &state) noexcept
{
    return state.watchedCount == 0 && !pending.load();
}

// Gives up the thread's place, unless there is work. adopt() adds its watch to `pending` or the set,
// and then reads `thread`. leave() clears `thread`, and then looks for watches. All of that is
// sequentially consistent, so that one sees the other. If both do, one takes the place.
bool Reaper::leave(State &state) noexcept
{
    if (!hasNothingToDo(state))
        return false;
    state.thread = State::NoThread;
    State::Thread none = State::NoThread;
    return hasNothingToDo(state) || !state.thread.compare_exchange_strong(none, State::HasThread);
}

} // namespace ForkFd::Internal
