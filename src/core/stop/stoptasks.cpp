// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/stoptasks.h"

#include "core/base/deadline.h"
#include "core/stop/keeperset.h"
#include "core/stop/stoppablechild.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace ForkFd::Internal {

using namespace std::chrono_literals;

namespace {

using Clock = StopTask::Clock;

constexpr Clock::time_point never = StopTask::never;
constexpr Clock::time_point atOnce = Clock::time_point::min();
constexpr std::chrono::milliseconds shortDelay = 10ms; ///< Before a failed action is tried again.

Clock::time_point fromNow(std::chrono::milliseconds time) noexcept
{
    return Deadline(time).end();
}

std::uint64_t addressOf(const StopTask &task) noexcept
{
    return reinterpret_cast<std::uintptr_t>(&task);
}

void grow(StopTask::Delay &delay) noexcept
{
    delay =
        std::chrono::duration_cast<StopTask::Delay>(std::min<std::chrono::milliseconds>(delay * 2, 1s));
}

// Does not postpone a look that is due earlier: the set may just have reported the end.
void lookAgain(StopTask &task) noexcept
{
    task.lookTime = std::min(task.lookTime, fromNow(task.lookDelay));
    grow(task.lookDelay);
}

} // namespace

/// Takes a task out of the queue while its members change. To be used under the lock.
class StopTasks::Change
{
public:
    Change(StopTasks &tasks, StopTask &task) noexcept
        : m_tasks(tasks)
        , m_task(task)
    {
        m_tasks.m_queue.remove(m_task);
        m_tasks.m_openCount -= m_task.isOver ? 0 : 1;
    }
    ~Change()
    {
        m_tasks.m_openCount += m_task.isOver ? 0 : 1;
        if (m_task.dueTime() != never)
            m_tasks.m_queue.insert(m_task);
    }
    Change(const Change &) = delete;
    Change &operator=(const Change &) = delete;

private:
    StopTasks &m_tasks;
    StopTask &m_task;
};

struct StopTasks::Due
{
    std::shared_ptr<StoppableChild> child; ///< Null: nothing is due.
    bool isAdopted = false;
    bool isKillToCome = false;
    Action action = Action::Look;
};

void StopTasks::stop(const std::shared_ptr<StoppableChild> &child,
                     std::chrono::milliseconds grace) noexcept
{
    {
        const std::lock_guard lock(m_mutex);
        StopTask &task = listedTask(child);
        const Change change(*this, task);
        task.isOver = false;
        task.killTime = std::min(task.killTime, fromNow(grace));
        task.askTime = never;
    }
    if (!child->askToEnd(StoppableChild::NoWait))
        askAgain(*child, 0ms);
}

void StopTasks::adopt(const std::shared_ptr<StoppableChild> &child, bool hasGrace) noexcept
{
    const std::lock_guard lock(m_mutex);
    StopTask &task = listedTask(child);
    const Change change(*this, task);
    task.isOver = false;
    if (task.killTime == never || !hasGrace)
        task.killTime = atOnce;
    task.adopted = child;
    watch(task);
}

StopTask &StopTasks::listedTask(const std::shared_ptr<StoppableChild> &child) noexcept
{
    StopTask &task = child->m_task;
    if (std::exchange(task.isListed, true))
        return task;
    task.child = child;
    task.previous = m_lastTask;
    (m_lastTask ? m_lastTask->next : m_firstTask) = &task;
    m_lastTask = &task;
    ++m_openCount;
    return task;
}

void StopTasks::letGo(StoppableChild &child) noexcept
{
    const std::lock_guard lock(m_mutex);
    StopTask &task = child.m_task;
    m_queue.remove(task);
    m_openCount -= task.isOver ? 0 : 1;
    (task.previous ? task.previous->next : m_firstTask) = task.next;
    (task.next ? task.next->previous : m_lastTask) = task.previous;
}

bool StopTasks::areOver() noexcept
{
    const std::lock_guard lock(m_mutex);
    return m_openCount == 0;
}

Clock::time_point StopTasks::nextDue() noexcept
{
    const std::lock_guard lock(m_mutex);
    const StopTask *first = m_queue.first();
    return first ? first->dueTime() : never;
}

// The caller holds `previous`, so that it is still in the list.
std::shared_ptr<StoppableChild> StopTasks::childAfter(const StoppableChild *previous) noexcept
{
    const std::lock_guard lock(m_mutex);
    for (StopTask *task = previous ? previous->m_task.next : m_firstTask; task; task = task->next) {
        if (std::shared_ptr<StoppableChild> child = task->child.lock())
            return child;
    }
    return nullptr;
}

// Until the starting thread has reported the outcome, the watch belongs to this thread. After that null
// means that the start failed.
ExitWatch *StopTasks::watchOf(const StoppableChild &child) noexcept
{
    return child.isStarting() ? nullptr : child.m_watch.get();
}

// Without a place in the set, the server looks at growing intervals.
void StopTasks::watch(StopTask &task) noexcept
{
    const ExitWatch *watch = watchOf(*task.adopted);
    if (!task.isInSet && watch && watch->isWatching())
        task.isInSet = m_set.add(watch->descriptor(), addressOf(task) | taskBit);
    if (!task.isInSet)
        lookAgain(task);
}

void StopTasks::unwatch(StopTask &task) noexcept
{
    if (std::exchange(task.isInSet, false))
        m_set.remove(task.adopted->watch().descriptor());
}

void StopTasks::watchAdopted() noexcept
{
    const std::lock_guard lock(m_mutex);
    for (StopTask *task = m_firstTask; task; task = task->next) {
        const Change change(*this, *task);
        if (task->adopted)
            watch(*task);
    }
}

// The task exists: only the server lets an adopted child go, and it first takes the child out of the
// set.
void StopTasks::childReady(std::uint64_t id) noexcept
{
    auto &task = *reinterpret_cast<StopTask *>(static_cast<std::uintptr_t>(id & ~taskBit));
    const std::lock_guard lock(m_mutex);
    const Change change(*this, task);
    if (!task.isInSet)
        return;
    unwatch(task);
    task.lookTime = Clock::now();
}

// A tree that keeps growing is asked in steps, so that other children do not have to wait.
void StopTasks::serveOne() noexcept
{
    const Due due = takeDue();
    if (!due.child)
        return;
    if (due.action == Action::Kill)
        kill(*due.child);
    else if (due.action == Action::Look)
        look(due);
    else if (!due.child->askToEnd(StoppableChild::MayWalk))
        askAgain(*due.child, shortDelay);
}

StopTasks::Due StopTasks::takeDue() noexcept
{
    Due due;
    const std::lock_guard lock(m_mutex);
    const Clock::time_point now = Clock::now();
    for (StopTask *task = m_queue.first(); task && task->dueTime() <= now; task = m_queue.first()) {
        due.child = task->child.lock();
        if (!due.child) { // Its destructor is about to take the task out of the list.
            m_queue.remove(*task);
            continue;
        }
        const Change change(*this, *task);
        takeAction(*task, now, due);
        break;
    }
    return due;
}

void StopTasks::takeAction(StopTask &task, Clock::time_point now, Due &due) noexcept
{
    due.isAdopted = task.adopted != nullptr;
    if (task.killTime <= now) {
        due.action = Action::Kill;
        task.askTime = task.killTime = never;
    } else if (task.askTime <= now) {
        due.action = Action::Ask;
        task.askTime = never;
    } else {
        task.lookTime = never;
        due.isKillToCome = task.killTime != never;
    }
}

void StopTasks::askAgain(StoppableChild &child, std::chrono::milliseconds delay) noexcept
{
    const std::lock_guard lock(m_mutex);
    const Change change(*this, child.m_task);
    child.m_task.askTime = fromNow(delay);
}

void StopTasks::kill(StoppableChild &child) noexcept
{
    const int errorCode = child.tryKill();
    const std::lock_guard lock(m_mutex);
    StopTask &task = child.m_task;
    const Change change(*this, task);
    if (isShortage(errorCode)) {
        task.killTime = std::min(task.killTime, fromNow(shortDelay));
    } else if (errorCode == EAGAIN) { // A starting child may get it later, or see the wish.
        task.killTime = std::min(task.killTime, fromNow(task.killDelay));
        grow(task.killDelay);
    } else if (!task.isInSet) {
        task.lookDelay = StopTask::firstLookDelay; // The looks before the kill have made the delay long.
        lookAgain(task);
    }
}

// Collects an adopted child, and lets it go when its scope has no living process. The child of a living
// owner keeps its task until it is destroyed or the process ends.
void StopTasks::look(const Due &due) noexcept
{
    StoppableChild &child = *due.child;
    ExitWatch *const watch = due.isAdopted ? watchOf(child) : nullptr;
    const bool isWatching = watch && watch->isWatching();
    // The kill needs the number, which names the group and the root of the tree. After the kill the
    // number shows whether a member is still ending.
    const bool needsNumber = due.isKillToCome || child.kill() == StoppableChild::Killed;
    const bool keepsNumber = isWatching && needsNumber && child.needsNumber();
    const bool mayEnd = !isWatching || (keepsNumber ? watch->look() : watch->collect());
    // A filter may refuse poll(2), which hasEnded() would call.
    const auto leader = keepsNumber ? StoppableChild::Ended : StoppableChild::Unknown;
    const bool hasEnded = mayEnd && child.hasEnded(leader);
    if (!hasEnded)
        child.killAgain();
    else if (keepsNumber)
        watch->collect();
    noteLook(child, hasEnded, due.isAdopted);
}

void StopTasks::noteLook(StoppableChild &child, bool hasEnded, bool wasAdopted) noexcept
{
    std::shared_ptr<StoppableChild> letGo; // Destroyed after the lock is released.
    const std::lock_guard lock(m_mutex);
    StopTask &task = child.m_task;
    const Change change(*this, task);
    if (hasEnded && wasAdopted) {
        unwatch(task);
        letGo = std::move(task.adopted);
    }
    task.isOver = hasEnded && !task.adopted;
    if (!task.isOver && !task.isInSet)
        lookAgain(task);
}

} // namespace ForkFd::Internal
