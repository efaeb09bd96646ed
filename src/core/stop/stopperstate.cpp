// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/stopperstate.h"

#include "core/base/deadline.h"
#include "core/base/librarythread.h"
#include "core/stop/stoppablechild.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

namespace ForkFd::Internal {

using namespace std::chrono_literals;

namespace {

using Clock = StopperState::Clock;

constexpr Clock::time_point never = Clock::time_point::max();
constexpr Clock::time_point atOnce = Clock::time_point::min();
constexpr std::uint64_t wakeUp = 0; // No child has this address.
constexpr std::chrono::milliseconds shortDelay = 10ms; ///< Before a failed action is tried again.

Clock::time_point fromNow(std::chrono::milliseconds time) noexcept
{
    return Deadline(std::max(time, 0ms)).end();
}

} // namespace

Clock::time_point StopperState::Task::due() const noexcept
{
    if (isInHand)
        return never;
    return child.expired() ? atOnce : std::min({askTime, killTime, lookTime});
}

StopperState::Action StopperState::Task::takeAction(Clock::time_point now) noexcept
{
    isInHand = true;
    if (killTime <= now) {
        askTime = killTime = never;
        return Action::Kill;
    }
    Clock::time_point &time = askTime <= now ? askTime : lookTime;
    const Action action = &time == &askTime ? Action::Ask : Action::Look;
    time = never;
    return action;
}

struct StopperState::Due
{
    std::shared_ptr<StoppableChild> child; ///< Null: nothing is due.
    Action action = Action::Look;
};

void StopperState::stop(const std::shared_ptr<StoppableChild> &child, std::chrono::milliseconds grace)
{
    const bool asksNow = child->signalsAtOnce();
    {
        const std::lock_guard lock(m_mutex);
        Task &task = taskFor(child);
        task.killTime = std::min(task.killTime, fromNow(m_isExiting ? 0ms : grace));
        task.askTime = asksNow ? never : atOnce;
        bringForward(task.due());
    }
    if (asksNow && !child->askToEnd())
        askLater(*child);
    serve();
}

void StopperState::adopt(const std::shared_ptr<StoppableChild> &child, bool hasGrace)
{
    {
        const std::lock_guard lock(m_mutex);
        Task &task = taskFor(child);
        if (task.killTime == never || !hasGrace || m_isExiting)
            task.killTime = atOnce;
        task.adopted = child;
        watch(task);
        bringForward(task.due());
    }
    if (m_isExiting)
        killAll();
    else
        serve();
}

void StopperState::removeLater(PrivateCgroup group)
{
    m_groups.add(std::move(group));
    serve();
}

void StopperState::serve() noexcept
{
    if (m_isExiting || !ensureThread())
        serveDue();
    else
        m_wake.set();
}

StopperState::Task &StopperState::taskFor(const std::shared_ptr<StoppableChild> &child)
{
    Task &task = m_tasks[child.get()];
    if (task.child.expired()) {
        task = Task();
        task.child = child;
        child->noteTask();
    }
    task.isOver = false;
    return task;
}

void StopperState::askLater(const StoppableChild &child) noexcept
{
    const std::lock_guard lock(m_mutex);
    const auto it = m_tasks.find(const_cast<StoppableChild *>(&child));
    if (it == m_tasks.end())
        return;
    it->second.askTime = Clock::now();
    bringForward(it->second.due());
}

void StopperState::bringForward(Clock::time_point due) noexcept
{
    m_nextDue = std::min(m_nextDue, due);
}

bool StopperState::ensureThread() noexcept
{
    const std::lock_guard lock(m_mutex);
    if (m_hasThread)
        return true;
    if (!ensureDescriptors() || startLibraryThread("forkfd-stopper", threadMain, this) != 0)
        return false;
    m_hasThread = true;
    for (auto &[key, task] : m_tasks) {
        if (task.adopted)
            watch(task);
    }
    return true;
}

bool StopperState::ensureDescriptors() noexcept
{
    m_hasSet = m_hasSet || m_set.open();
    if (!m_hasSet || (m_wake.readable < 0 && !m_wake.open(ExitEvent::Private)))
        return false;
    m_hasWake = m_hasWake || m_set.add(m_wake.readable, PollSet::Readable, wakeUp);
    return m_hasWake;
}

// Without a place in the set, the thread looks at growing intervals.
void StopperState::watch(Task &task) noexcept
{
    StoppableChild &child = *task.adopted;
    if (!task.isInSet && child.watch().isWatching() && m_hasThread)
        task.isInSet = m_set.add(child.watch().descriptor(), PollSet::Readable, idOf(child));
    if (!task.isInSet)
        lookAgain(task);
}

void StopperState::unwatch(Task &task) noexcept
{
    if (std::exchange(task.isInSet, false))
        m_set.remove(task.adopted->watch().descriptor());
}

std::uint64_t StopperState::idOf(const StoppableChild &child) noexcept
{
    return reinterpret_cast<std::uintptr_t>(&child);
}

void StopperState::threadMain(void *self)
{
    static_cast<StopperState *>(self)->run();
}

void StopperState::run() noexcept
{
    SignalGate gate;
    bool isIdle = false;
    do {
        {
            const std::lock_guard lock(m_mutex);
            isIdle = hasNothingToDo();
        }
        const int idleTime = static_cast<int>(libraryThreadIdleTime.count());
        std::uint64_t ids[PollSet::maxEvents];
        const int count = m_set.wait(ids, isIdle ? idleTime : gate.timeout(timeout()));
        for (int i = 0; i < count; ++i) {
            if (ids[i] == wakeUp)
                m_wake.clear();
            else
                childReady(ids[i]);
        }
        serveDue();
        gate.look();
        isIdle = isIdle && count == 0;
    } while (!isIdle || !leave());
}

bool StopperState::hasWork() noexcept
{
    const std::lock_guard lock(m_mutex);
    return !hasNothingToDo();
}

// The caller holds the lock.
bool StopperState::hasNothingToDo() noexcept
{
    const auto isOver = [](const auto &entry) { return entry.second.isOver; };
    return std::all_of(m_tasks.begin(), m_tasks.end(), isOver) && m_groups.nextTry() == never;
}

// Gives up the thread's place, unless there is work. Callers add work before they ask for a thread.
bool StopperState::leave() noexcept
{
    const std::lock_guard lock(m_mutex);
    const bool leaves = hasNothingToDo();
    m_hasThread = !leaves;
    return leaves;
}

int StopperState::timeout() noexcept
{
    const Clock::time_point nextTry = m_groups.nextTry();
    const std::lock_guard lock(m_mutex);
    return Deadline(std::min(m_nextDue, nextTry)).pollTimeout();
}

void StopperState::childReady(std::uint64_t id) noexcept
{
    const std::lock_guard lock(m_mutex);
    const auto it = m_tasks.find(reinterpret_cast<StoppableChild *>(static_cast<std::uintptr_t>(id)));
    if (it == m_tasks.end() || !it->second.isInSet)
        return;
    unwatch(it->second);
    it->second.lookTime = Clock::now();
    bringForward(it->second.due());
}

void StopperState::serveDue() noexcept
{
    for (Due due = takeDue(); due.child; due = takeDue()) {
        if (due.action == Action::Ask)
            ask(*due.child);
        else if (due.action == Action::Kill)
            kill(*due.child);
        else
            look(*due.child);
    }
    if (m_isExiting || !m_hasThread || m_groups.nextTry() <= Clock::now())
        m_groups.removeEmptyOnes();
}

StopperState::Due StopperState::takeDue() noexcept
{
    const std::lock_guard lock(m_mutex);
    const Clock::time_point now = Clock::now();
    if (m_nextDue > now)
        return {};
    const auto it = nextDueTask(now);
    if (it == m_tasks.end())
        return {};
    Due due;
    due.child = it->second.child.lock();
    if (due.child)
        due.action = it->second.takeAction(now);
    return due;
}

// Removes the tasks of children that were let go. If no task is due, sets m_nextDue for the next one.
StopperState::Tasks::iterator StopperState::nextDueTask(Clock::time_point now) noexcept
{
    m_nextDue = never;
    for (auto it = m_tasks.begin(); it != m_tasks.end();) {
        if (it->second.child.expired()) {
            it = m_tasks.erase(it);
            continue;
        }
        bringForward(it->second.due());
        if (m_nextDue <= now)
            return it;
        ++it;
    }
    return m_tasks.end();
}

// A tree that keeps growing is asked in steps, so that other children do not have to wait.
void StopperState::ask(StoppableChild &child) noexcept
{
    const bool isDone = child.askToEnd();
    const std::lock_guard lock(m_mutex);
    const auto it = m_tasks.find(&child);
    if (it == m_tasks.end())
        return;
    it->second.isInHand = false;
    if (!isDone)
        it->second.askTime = fromNow(shortDelay);
    bringForward(it->second.due());
}

void StopperState::kill(StoppableChild &child) noexcept
{
    const int errorCode = child.tryKill();
    const std::lock_guard lock(m_mutex);
    const auto it = m_tasks.find(&child);
    if (it == m_tasks.end())
        return;
    Task &task = it->second;
    task.isInHand = false;
    if (isShortage(errorCode) || errorCode == EAGAIN) // A starting child may get it a moment later.
        task.killTime = std::min(task.killTime, fromNow(shortDelay));
    else if (!task.isInSet) {
        task.lookDelay = firstLookDelay; // Looks at a child that was not killed have made it long.
        lookAgain(task);
    }
    bringForward(task.due());
}

// Collects an adopted child, and forgets it when its scope has no living process. The child of a living
// owner keeps its task, for the end of the process.
void StopperState::look(StoppableChild &child) noexcept
{
    const bool wasAdopted = isAdopted(child);
    const bool mayEnd = !wasAdopted || !child.watch().isWatching() || child.watch().collect();
    const bool hasEnded = mayEnd && child.hasEnded();
    if (!hasEnded)
        child.killMissed();
    if (wasAdopted && hasEnded) {
        forget(child);
        return;
    }
    const std::lock_guard lock(m_mutex);
    const auto it = m_tasks.find(&child);
    if (it == m_tasks.end())
        return;
    Task &task = it->second;
    task.isInHand = false;
    task.isOver = hasEnded && !task.adopted;
    if (!task.isOver)
        lookAgain(task);
    bringForward(task.due());
}

bool StopperState::isAdopted(const StoppableChild &child) noexcept
{
    const std::lock_guard lock(m_mutex);
    const auto it = m_tasks.find(const_cast<StoppableChild *>(&child));
    return it != m_tasks.end() && it->second.adopted;
}

// Not later than it was to be looked at before: the set may have told of the end just now.
void StopperState::lookAgain(Task &task) noexcept
{
    task.lookTime = std::min(task.lookTime, fromNow(task.lookDelay));
    task.lookDelay = std::min<std::chrono::milliseconds>(task.lookDelay * 2, 1s);
    bringForward(task.due());
}

void StopperState::letGo(StoppableChild &child) noexcept
{
    forget(child);
    if (m_hasThread)
        m_wake.set(); // The thread may be idle now, and ends then.
}

void StopperState::forget(StoppableChild &child) noexcept
{
    std::shared_ptr<StoppableChild> letGo; // Destroyed after the lock is released.
    const std::lock_guard lock(m_mutex);
    const auto it = m_tasks.find(&child);
    if (it == m_tasks.end())
        return;
    unwatch(it->second);
    letGo = std::move(it->second.adopted);
    m_tasks.erase(it);
}

} // namespace ForkFd::Internal
