// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stopper.h"

#include "exitevent.h"
#include "librarythread.h"
#include "pollset.h"
#include "signals.h"
#include "stoppablechild.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <map>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include <poll.h>

namespace ForkFd::Internal {

namespace {

using Clock = Stopper::Clock;
using namespace std::chrono_literals;

constexpr Clock::time_point never = Clock::time_point::max();
constexpr std::uint64_t wakeUp = 0; // No child has this address.

// Nobody outlives the longest one, and the clock does not overflow.
Clock::time_point fromNow(Clock::duration time) noexcept
{
    return Clock::now() + std::clamp<Clock::duration>(time, 0s, std::chrono::hours(24 * 365 * 100));
}

} // namespace

struct Stopper::Task
{
    std::weak_ptr<StoppableChild> child;
    std::shared_ptr<StoppableChild> adopted; ///< Keeps the child of an owner that has gone.
    Clock::time_point killTime = never;
    bool isToBeAsked = false; ///< By the thread, because that takes its time.
    bool isInHand = false; ///< Somebody is killing it.
    bool isInSet = false;

    Clock::time_point due() const noexcept
    {
        return isToBeAsked || child.expired() ? Clock::time_point::min() : killTime;
    }
};

// What is behind the lock is short: nobody signals, waits or lets a child go under it. A forked copy
// never takes it, but makes a state of its own.
//
// A child that is not adopted is used by its owner's thread; here only its sendSignal() is called. One
// that is adopted has passed through the lock, and the thread alone uses it.
class Stopper::State : public OfOneProcess
{
public:
    void stop(const std::shared_ptr<StoppableChild> &child, Clock::duration grace)
    {
        const bool asksNow = child->signalsAtOnce();
        {
            const std::lock_guard lock(m_mutex);
            Task &task = taskFor(child);
            task.killTime = std::min(task.killTime, fromNow(m_isExiting ? 0s : grace));
            task.isToBeAsked = !asksNow;
            bringForward(task.due());
        }
        if (asksNow)
            child->askToEnd();
        serve();
    }

    void adopt(const std::shared_ptr<StoppableChild> &child, bool hasGrace)
    {
        {
            const std::lock_guard lock(m_mutex);
            Task &task = taskFor(child);
            if (task.killTime == never || !hasGrace || m_isExiting)
                task.killTime = Clock::time_point::min();
            task.adopted = child;
            watch(task);
            bringForward(task.due());
        }
        serve();
    }

    void removeLater(PrivateCgroup group)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_killedGroups += group.isKilled() ? 1 : 0;
            m_groups.push_back(std::move(group));
            m_groupDelay = 1ms;
            bringForward(fromNow(m_groupDelay));
        }
        serve();
    }

    // Has the thread do what is due. When the process ends there may be no time for that.
    void serve()
    {
        if (m_isExiting)
            serveDue();
        else if (ensureThread())
            m_wake.set();
    }

    bool hasThread() const noexcept { return m_hasThread; }

    // The end of the process is the end of every grace.
    void killAll()
    {
        m_isExiting = true;
        std::vector<std::shared_ptr<StoppableChild>> children = livingChildren();
        for (const auto &child : children)
            child->sendSignal(SIGKILL);
        // Their cgroups can be removed in a moment, and by nobody else.
        const auto isDone = [](const auto &child) { return child->removeCgroup(); };
        for (int i = 0; i < 100; ++i) {
            children.erase(std::remove_if(children.begin(), children.end(), isDone), children.end());
            removeGroups();
            if (children.empty() && !hasKilledGroups())
                break;
            ::poll(nullptr, 0, 1);
        }
    }

private:
    using Children = std::map<StoppableChild *, Task>;

    Task &taskFor(const std::shared_ptr<StoppableChild> &child)
    {
        Task &task = m_tasks[child.get()];
        // An older child may have had this address.
        if (task.child.expired())
            task = Task{.child = child, .adopted = {}};
        return task;
    }

    void bringForward(Clock::time_point due) noexcept { m_nextDue = std::min(m_nextDue, due); }

    void watch(Task &task) noexcept
    {
        StoppableChild &child = *task.adopted;
        // Without a place there it is collected when its grace is over.
        if (!task.isInSet && child.watch().isWatching() && m_hasThread)
            task.isInSet = m_set.add(child.watch().descriptor(), PollSet::Readable, idOf(child));
    }

    void unwatch(Task &task) noexcept
    {
        if (std::exchange(task.isInSet, false))
            m_set.remove(task.adopted->watch().descriptor());
    }

    static std::uint64_t idOf(const StoppableChild &child) noexcept
    {
        return reinterpret_cast<std::uintptr_t>(&child);
    }

    bool ensureThread() noexcept
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

    bool ensureDescriptors() noexcept
    {
        m_hasSet = m_hasSet || m_set.open();
        if (!m_hasSet || (m_wake.readable < 0 && !m_wake.open(ExitEvent::Private)))
            return false;
        m_hasWake = m_hasWake || m_set.add(m_wake.readable, PollSet::Readable, wakeUp);
        return m_hasWake;
    }

    static void threadMain(void *self) { static_cast<State *>(self)->run(); }

    [[noreturn]] void run()
    {
        while (true) {
            std::uint64_t ids[PollSet::maxEvents];
            const int count = m_set.wait(ids, timeout());
            for (int i = 0; i < count; ++i) {
                if (ids[i] == wakeUp)
                    m_wake.clear();
                else
                    collect(ids[i]);
            }
            serveDue();
        }
    }

    int timeout() noexcept
    {
        const std::lock_guard lock(m_mutex);
        if (m_nextDue == never)
            return -1;
        const auto rest = std::chrono::ceil<std::chrono::milliseconds>(std::max(m_nextDue, Clock::now())
                                                                       - Clock::now());
        return static_cast<int>(
            std::clamp<std::int64_t>(rest.count(), 0, std::numeric_limits<int>::max()));
    }

    // One that looks ended and cannot be collected yet is left to the reaper when its grace is over.
    void collect(std::uint64_t id)
    {
        std::shared_ptr<StoppableChild> child;
        {
            const std::lock_guard lock(m_mutex);
            const auto it =
                m_tasks.find(reinterpret_cast<StoppableChild *>(static_cast<std::uintptr_t>(id)));
            if (it == m_tasks.end() || !it->second.isInSet)
                return;
            unwatch(it->second);
            child = it->second.adopted;
        }
        if (child->watch().collect() && child->sendSignal(0) == ESRCH)
            forget(child.get());
    }

    void serveDue()
    {
        while (std::shared_ptr<StoppableChild> child = takeDue()) { }
        removeGroups();
    }

    // Does the next thing that is due, if any, and gives the child that it was done to.
    std::shared_ptr<StoppableChild> takeDue()
    {
        std::shared_ptr<StoppableChild> child;
        bool isAsked = false;
        {
            const std::lock_guard lock(m_mutex);
            if (m_nextDue > Clock::now())
                return nullptr;
            const auto it = nextDueTask();
            if (it == m_tasks.end())
                return nullptr;
            Task &task = it->second;
            child = task.child.lock();
            isAsked = std::exchange(task.isToBeAsked, false);
            task.isInHand = !isAsked;
        }
        if (child && isAsked)
            child->askToEnd();
        else if (child)
            child->sendSignal(SIGKILL);
        if (!isAsked)
            forget(child.get());
        return child;
    }

    // Only after the signal: an exit that comes meanwhile has to know of it.
    void forget(StoppableChild *child)
    {
        std::shared_ptr<StoppableChild> letGo; // Not under the lock.
        const std::lock_guard lock(m_mutex);
        const auto it = m_tasks.find(child);
        if (it == m_tasks.end())
            return;
        unwatch(it->second);
        letGo = std::move(it->second.adopted);
        m_tasks.erase(it);
    }

    std::vector<std::shared_ptr<StoppableChild>> livingChildren()
    {
        std::vector<std::shared_ptr<StoppableChild>> children;
        const std::lock_guard lock(m_mutex);
        for (const auto &[key, task] : m_tasks) {
            if (std::shared_ptr<StoppableChild> child = task.child.lock())
                children.push_back(std::move(child));
        }
        return children;
    }

    bool hasKilledGroups()
    {
        const std::lock_guard lock(m_mutex);
        return m_killedGroups > 0;
    }

    // Forgets those that were let go. Without one that is due, notes when that will be.
    Children::iterator nextDueTask()
    {
        m_nextDue = never;
        const Clock::time_point now = Clock::now();
        for (auto it = m_tasks.begin(); it != m_tasks.end();) {
            if (it->second.child.expired()) {
                it = m_tasks.erase(it);
                continue;
            }
            if (!it->second.isInHand)
                bringForward(it->second.due());
            if (m_nextDue <= now)
                return it;
            ++it;
        }
        return m_tasks.end();
    }

    void removeGroups()
    {
        std::vector<PrivateCgroup> groups;
        {
            const std::lock_guard lock(m_mutex);
            groups.swap(m_groups);
        }
        int killed = 0;
        const auto isGone = [&killed](PrivateCgroup &group) {
            const bool wasKilled = group.isKilled();
            const bool isRemoved = group.remove();
            killed += wasKilled && isRemoved ? 1 : 0;
            return isRemoved;
        };
        groups.erase(std::remove_if(groups.begin(), groups.end(), isGone), groups.end());
        const std::lock_guard lock(m_mutex);
        m_killedGroups -= killed;
        if (groups.empty())
            return;
        std::move(groups.begin(), groups.end(), std::back_inserter(m_groups));
        m_groupDelay = std::min<Clock::duration>(m_groupDelay * 2, 30s);
        bringForward(fromNow(m_groupDelay));
    }

    std::mutex m_mutex; ///< For all below, but for what the thread alone uses.
    Children m_tasks;
    std::vector<PrivateCgroup> m_groups;
    int m_killedGroups =
        0; ///< Those among them, and those that a thread has in hand, that are about to be empty.
    Clock::duration m_groupDelay = 1ms;
    Clock::time_point m_nextDue = never; ///< Not later than what is due first.
    PollSet m_set;
    ExitEvent m_wake;
    bool m_hasSet = false;
    bool m_hasWake = false;
    std::atomic<bool> m_hasThread = false; ///< These two are written under the lock, and read anywhere.
    std::atomic<bool> m_isExiting = false;
};

OnePerProcess<Stopper::State> Stopper::states;

Stopper::State *Stopper::stateOfThisProcess() noexcept
{
    return states.findOrMake([] {
        std::unique_ptr<State> fresh(new (std::nothrow) State);
        if (fresh)
            std::atexit([] { killAllAtExit(); }); // A copy has that of its parent, too.
        return fresh;
    });
}

void Stopper::killAllAtExit() noexcept
{
    if (State *state = states.find())
        state->killAll();
}

void Stopper::stop(const std::shared_ptr<StoppableChild> &child, Clock::duration grace) noexcept
try {
    const CancellationBlocker blocker;
    State *state = child->watch().belongsToThisProcess() ? stateOfThisProcess() : nullptr;
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
    if (!child->watch().belongsToThisProcess())
        return;
    try {
        if (State *state = stateOfThisProcess()) {
            state->adopt(child, hasGrace);
            return;
        }
    } catch (const std::bad_alloc &) { // As without a state.
    }
    child->sendSignal(SIGKILL);
}

void Stopper::removeLater(PrivateCgroup group) noexcept
try {
    if (State *state = stateOfThisProcess())
        state->removeLater(std::move(group));
} catch (const std::bad_alloc &) { // It stays, empty.
}

void Stopper::retry() noexcept
{
    State *state = states.find();
    if (state && !state->hasThread())
        state->serve();
}

} // namespace ForkFd::Internal
