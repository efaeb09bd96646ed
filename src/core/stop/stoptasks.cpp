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
    return Deadline(std::max(time, 0ms)).end();
}

Clock::time_point dueTime(const StopTask &task) noexcept
{
    // An expired child is about to take its task out of the list.
    return task.child.expired() ? never : std::min({task.askTime, task.killTime, task.lookTime});
}

bool isDueBefore(const StopTask &task, const StopTask &other) noexcept
{
    return dueTime(task) < dueTime(other);
}

std::uint64_t addressOf(const StopTask &task) noexcept
{
    return reinterpret_cast<std::uintptr_t>(&task);
}

// Not later than it was to be looked at before: the set may have told of the end just now.
void lookAgain(StopTask &task) noexcept
{
    task.lookTime = std::min(task.lookTime, fromNow(task.lookDelay));
    task.lookDelay = std::min<std::chrono::milliseconds>(task.lookDelay * 2, 1s);
}

} // namespace

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
    if (task.killTime == never || !hasGrace)
        task.killTime = atOnce;
    task.adopted = child;
    watch(task);
}

StopTask &StopTasks::listedTask(const std::shared_ptr<StoppableChild> &child) noexcept
{
    m_tasks.splice(m_tasks.end(), child->m_unlistedTask); // Empty if the task is listed.
    StopTask &task = *child->m_task;
    task.child = child;
    task.isOver = false;
    return task;
}

void StopTasks::letGo(StoppableChild &child) noexcept
{
    const std::lock_guard lock(m_mutex);
    m_tasks.erase(child.m_task);
}

bool StopTasks::areOver() noexcept
{
    const std::lock_guard lock(m_mutex);
    return std::all_of(m_tasks.begin(), m_tasks.end(), [](const StopTask &task) { return task.isOver; });
}

Clock::time_point StopTasks::nextDue() noexcept
{
    const std::lock_guard lock(m_mutex);
    const auto first = std::min_element(m_tasks.begin(), m_tasks.end(), isDueBefore);
    return first == m_tasks.end() ? never : dueTime(*first);
}

// The caller holds `previous`, so that it is still in the list.
std::shared_ptr<StoppableChild> StopTasks::childAfter(const StoppableChild *previous) noexcept
{
    const std::lock_guard lock(m_mutex);
    for (auto it = previous ? std::next(previous->m_task) : m_tasks.begin(); it != m_tasks.end(); ++it) {
        if (std::shared_ptr<StoppableChild> child = it->child.lock())
            return child;
    }
    return nullptr;
}

// Without a place in the set, the server looks at growing intervals.
void StopTasks::watch(StopTask &task) noexcept
{
    const ExitWatch &watch = task.adopted->watch();
    if (!task.isInSet && watch.isWatching())
        task.isInSet = m_set.add(watch.descriptor(), addressOf(task) | taskBit);
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
    for (StopTask &task : m_tasks) {
        if (task.adopted)
            watch(task);
    }
}

void StopTasks::childReady(std::uint64_t id) noexcept
{
    const std::lock_guard lock(m_mutex);
    const auto it = std::find_if(m_tasks.begin(), m_tasks.end(), [id](const StopTask &task) {
        return (addressOf(task) | taskBit) == id;
    });
    if (it == m_tasks.end() || !it->isInSet)
        return;
    unwatch(*it);
    it->lookTime = Clock::now();
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
    const std::lock_guard lock(m_mutex);
    const auto it = std::min_element(m_tasks.begin(), m_tasks.end(), isDueBefore);
    const Clock::time_point now = Clock::now();
    if (it == m_tasks.end() || dueTime(*it) > now)
        return {};
    Due due;
    due.child = it->child.lock();
    due.isAdopted = it->adopted != nullptr;
    if (it->killTime <= now) {
        due.action = Action::Kill;
        it->askTime = it->killTime = never;
    } else if (it->askTime <= now) {
        due.action = Action::Ask;
        it->askTime = never;
    } else {
        it->lookTime = never;
        due.isKillToCome = it->killTime != never;
    }
    return due;
}

void StopTasks::askAgain(StoppableChild &child, std::chrono::milliseconds delay) noexcept
{
    const std::lock_guard lock(m_mutex);
    child.m_task->askTime = fromNow(delay);
}

void StopTasks::kill(StoppableChild &child) noexcept
{
    const int errorCode = child.tryKill();
    const std::lock_guard lock(m_mutex);
    StopTask &task = *child.m_task;
    if (isShortage(errorCode) || errorCode == EAGAIN) { // A starting child may get it a moment later.
        task.killTime = std::min(task.killTime, fromNow(shortDelay));
    } else if (!task.isInSet) {
        task.lookDelay = StopTask::firstLookDelay; // Looks at a child that was not killed made it long.
        lookAgain(task);
    }
}

// Collects an adopted child, and lets it go when its scope has no living process. The child of a living
// owner keeps its task, for the end of the process.
void StopTasks::look(const Due &due) noexcept
{
    StoppableChild &child = *due.child;
    ExitWatch &watch = child.watch();
    // The kill needs the number: it names the group and the root of the tree.
    const bool keepsNumber = due.isKillToCome && child.needsNumber();
    const bool mayEnd =
        !due.isAdopted || !watch.isWatching() || (keepsNumber ? watch.look() : watch.collect());
    const bool hasEnded = mayEnd && child.hasEnded();
    if (!hasEnded)
        child.killMissed();
    else if (due.isAdopted && keepsNumber)
        watch.collect();
    noteLook(child, hasEnded, due.isAdopted);
}

void StopTasks::noteLook(StoppableChild &child, bool hasEnded, bool wasAdopted) noexcept
{
    std::shared_ptr<StoppableChild> letGo; // Destroyed after the lock is released.
    const std::lock_guard lock(m_mutex);
    StopTask &task = *child.m_task;
    if (hasEnded && wasAdopted) {
        unwatch(task);
        letGo = std::move(task.adopted);
    }
    task.isOver = hasEnded && !task.adopted;
    if (!task.isOver && !task.isInSet)
        lookAgain(task);
}

} // namespace ForkFd::Internal
