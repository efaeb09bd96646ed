// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/keeper.h"

#include "core/base/deadline.h"
#include "core/base/librarythread.h"
#include "core/base/signals.h"
#include "core/stop/stoppablechild.h"
#include "core/watch/exitwatch.h"
#include <ForkFd/spawn.h>

#include <algorithm>
#include <new>
#include <utility>

namespace ForkFd::Internal {

namespace {

constexpr int sweepInterval = 50; // ms, while an orphan is not in the set.

} // namespace

OnePerProcess<Keeper> Keeper::keepers;
std::atomic<unsigned> Keeper::addedCount = 0;
std::atomic<unsigned> Keeper::doneCount = 0;

void LeaveToKeeper::operator()(ExitWatch *watch) const noexcept
{
    const CancellationBlocker blocker;
    if (watch->endsUnwatched() || !watch->isWatching() || watch->collect()) {
        delete watch;
        Keeper::retryBefore(-1);
    } else {
        Keeper::adopt(watch);
    }
}

Keeper *Keeper::findOrMake() noexcept
{
    return keepers.findOrMake([] { return std::unique_ptr<Keeper>(new (std::nothrow) Keeper); });
}

void Keeper::prepare()
{
    if (!findOrMake())
        throw std::bad_alloc();
}

// Null in a forked copy, to which the child does not belong.
Keeper *Keeper::keeperOf(const StoppableChild &child) noexcept
{
    return child.belongsToThisProcess() ? keepers.find() : nullptr;
}

void Keeper::adopt(ExitWatch *watch) noexcept
{
    Orphans::push(watch);
    if (Keeper *keeper = findOrMake())
        keeper->serve();
}

void Keeper::stop(const std::shared_ptr<StoppableChild> &child, int signal,
                  std::chrono::milliseconds grace) noexcept
{
    const CancellationBlocker blocker;
    if (Keeper *keeper = keeperOf(*child)) {
        child->beginStop(signal);
        keeper->m_tasks.stop(child, grace);
        keeper->serveTasks();
    }
}

void Keeper::adopt(const std::shared_ptr<StoppableChild> &child, Grace grace) noexcept
{
    const CancellationBlocker blocker;
    if (Keeper *keeper = keeperOf(*child)) {
        keeper->m_tasks.adopt(child, grace == KeepGrace);
        keeper->serveTasks();
    }
}

void Keeper::letGo(StoppableChild &child) noexcept
{
    const CancellationBlocker blocker;
    if (Keeper *keeper = keeperOf(child)) {
        keeper->m_tasks.letGo(child);
        keeper->m_set.wake(); // The thread may be idle now, and can then end.
    }
}

// A process that was killed may still be in the cgroup.
void Keeper::remove(PrivateCgroup group) noexcept
try {
    const CancellationBlocker blocker;
    if (group.remove())
        return;
    if (Keeper *keeper = findOrMake()) {
        keeper->m_groups.add(std::move(group));
        keeper->serveTasks();
    }
} catch (const std::bad_alloc &) { // PrivateCgroup::make() of a later process removes it.
}

// Every wait comes here before it polls. Usually there was no work since the last time.
int Keeper::retryBefore(int timeout) noexcept
{
    // Acquire: work that was added before the count is visible to hasNothingToDo().
    const unsigned added = addedCount.load(std::memory_order_acquire);
    if (added == doneCount.load(std::memory_order_relaxed) && !Orphans::arePending())
        return timeout;
    const CancellationBlocker blocker;
    Keeper *keeper = Orphans::arePending() ? findOrMake() : keepers.find();
    if (!keeper || keeper->hasThread())
        return timeout;
    if (keeper->hasNothingToDo()) {
        doneCount.store(added, std::memory_order_relaxed);
        return timeout;
    }
    keeper->serve();
    const int next = keeper->hasThread() ? -1 : keeper->timeToDue();
    if (next < 0 || (timeout >= 0 && timeout < next))
        return timeout;
    return std::max(next, 1); // 0: another caller is doing the work now.
}

// Callers add work before they ask for the place.
void Keeper::serve() noexcept
{
    addedCount.fetch_add(1, std::memory_order_release);
    m_orphans.watchPending();
    if (takePlace()) {
        do
            pass(0);
        while (!leave());
    } else if (Orphans::arePending() || !m_tasks.areOver() || m_groups.nextTry() != StopTask::never) {
        m_set.wake(); // It may sleep without a timeout.
    }
}

// Creates the thread if the place is free. Returns true if that fails and the caller has to do the work.
bool Keeper::takePlace() noexcept
{
    const std::lock_guard lock(m_mutex);
    if (m_place != Free || hasNothingToDo())
        return false;
    m_set.open();
    const bool hasThread = startLibraryThread("forkfd-keeper", threadMain, this) == 0;
    m_place = hasThread ? Thread : Caller;
    return !hasThread;
}

// Gives up the place, unless there is work. A caller leaves work that is not due.
bool Keeper::leave() noexcept
{
    const std::lock_guard lock(m_mutex);
    const bool leaves = hasThread() ? hasNothingToDo() : m_tasks.nextDue() > Clock::now();
    if (leaves)
        m_place = Free;
    return leaves;
}

bool Keeper::hasNothingToDo() noexcept
{
    return m_orphans.isEmpty() && m_tasks.areOver() && m_groups.nextTry() == StopTask::never;
}

void Keeper::threadMain(void *self)
{
    static_cast<Keeper *>(self)->run();
}

void Keeper::run() noexcept
{
    SignalGate gate;
    bool isIdle = false;
    bool hasServed = false;
    bool hasSet = false;
    do {
        if (!hasSet) {
            m_set.open();
            hasSet = m_set.isOpen();
            m_orphans.watchPending();
            m_tasks.watchAdopted();
        }
        isIdle = hasNothingToDo();
        const int idleTime = static_cast<int>(libraryThreadIdleTime.count());
        // Without a set the thread cannot be woken.
        hasServed = pass(isIdle && hasSet ? idleTime : gate.timeout(timeToSweep()));
        gate.look();
    } while (!isIdle || hasServed || !leave());
}

bool Keeper::pass(int timeout) noexcept
{
    std::uint64_t ids[PollSet::maxEvents];
    const int count = m_set.wait(ids, timeout);
    for (int i = 0; i < count; ++i) {
        if (StopTasks::isIdOfTask(ids[i]))
            m_tasks.childReady(ids[i]);
        else if (ids[i] != KeeperSet::wakeUp)
            m_orphans.childReady(ids[i]);
    }
    // Also swept while events come all the time.
    if (const Clock::time_point now = Clock::now(); count == 0 || now >= m_nextSweep) {
        m_nextSweep = now + std::chrono::milliseconds(sweepInterval);
        m_orphans.watchPending();
    }
    m_tasks.serveOne();
    if (!hasThread() || m_groups.nextTry() <= Clock::now())
        m_groups.removeEmpty();
    return count != 0;
}

// In ms, rounded up; -1: nothing will be due.
int Keeper::timeToDue() noexcept
{
    return Deadline(std::min(m_tasks.nextDue(), m_groups.nextTry())).pollTimeout();
}

int Keeper::timeToSweep() noexcept
{
    const int toDue = timeToDue();
    if (m_set.isOpen() && !Orphans::arePending())
        return toDue;
    return toDue < 0 ? sweepInterval : std::min(toDue, sweepInterval);
}

} // namespace ForkFd::Internal
