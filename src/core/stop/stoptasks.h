// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_STOPTASKS_H
#define FORKFD_CORE_STOP_STOPTASKS_H

#include "core/stop/stopqueue.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

namespace ForkFd::Internal {

class ExitWatch;
class KeeperSet;
class StoppableChild;

/// A child that is being stopped, and when the next actions are due. It is a member of its child, so
/// that a stop needs no memory. Guarded by the mutex of StopTasks.
struct StopTask
{
    using Clock = std::chrono::steady_clock;
    static constexpr Clock::time_point never = Clock::time_point::max();
    using Delay = std::chrono::duration<std::uint16_t, std::milli>;
    static constexpr Delay firstLookDelay{1};
    static constexpr Delay firstKillDelay{10};

    Clock::time_point dueTime() const noexcept { return std::min({askTime, killTime, lookTime}); }

    std::weak_ptr<StoppableChild> child;
    std::shared_ptr<StoppableChild> adopted; ///< Keeps the child of an owner that has gone.
    Clock::time_point askTime = never;
    Clock::time_point killTime = never;
    Clock::time_point lookTime = never; ///< For a killed or adopted child that is not in the set.
    StopTask *next = nullptr; ///< In the list of StopTasks.
    StopTask *previous = nullptr;
    StopTask *firstBelow = nullptr; ///< In the StopQueue: the first of those that are due later.
    StopTask *sibling = nullptr;
    StopTask *back = nullptr; ///< The previous sibling, or the task above.
    Delay lookDelay = firstLookDelay;
    Delay killDelay = firstKillDelay; ///< Until the next try to kill a child that is being started.
    bool isListed = false;
    bool isQueued = false;
    bool isInSet = false;
    bool isOver = false; ///< The child has ended, but its owner still has it.
};

/// The children that are being stopped in this process.
///
/// A child has a task in the list from stop() or adopt() until its last user lets it go:
///
///     asked, in its grace ──▶ killed ──▶ ended
///
/// The keeper's server performs each action at its time: it asks (a walk takes time), kills, or looks
/// whether a child has ended. Any thread may call the other functions. None allocates memory.
///
/// The lock is held briefly: no thread signals, waits or lets a child go under it.
///
/// A child that is not adopted belongs to its owner's thread; here only its functions for any thread
/// are called. An adopted child has passed through the lock, and only the server uses it.
class StopTasks
{
public:
    using Clock = StopTask::Clock;

    explicit StopTasks(KeeperSet &set) noexcept
        : m_set(set)
    {
    }

    void stop(const std::shared_ptr<StoppableChild> &child, std::chrono::milliseconds grace) noexcept;
    void adopt(const std::shared_ptr<StoppableChild> &child, bool hasGrace) noexcept;
    /// Call this when the last user of the child has let it go.
    void letGo(StoppableChild &child) noexcept;

    /// Whether all children have ended.
    bool areOver() noexcept;
    /// Clock::time_point::max(): never.
    Clock::time_point nextDue() noexcept;
    /// The child after `previous`, or the first. Null if there is none.
    std::shared_ptr<StoppableChild> childAfter(const StoppableChild *previous) noexcept;

    // For the server.

    static bool isIdOfTask(std::uint64_t id) noexcept { return (id & taskBit) != 0; }
    /// Call this when the set has reported the child with this id.
    void childReady(std::uint64_t id) noexcept;
    /// Puts adopted children into the set, after it was opened.
    void watchAdopted() noexcept;
    /// Does the action that is due first, if one is due.
    void serveOne() noexcept;

private:
    enum class Action { Ask, Kill, Look };
    class Change;
    struct Due;
    /// No ExitWatch, and so no orphan, has an odd address.
    static constexpr std::uint64_t taskBit = 1;

    StopTask &listedTask(const std::shared_ptr<StoppableChild> &child) noexcept;
    static ExitWatch *watchOf(const StoppableChild &child) noexcept;
    void watch(StopTask &task) noexcept;
    void unwatch(StopTask &task) noexcept;
    Due takeDue() noexcept;
    static void takeAction(StopTask &task, Clock::time_point now, Due &due) noexcept;
    void askAgain(StoppableChild &child, std::chrono::milliseconds delay) noexcept;
    void kill(StoppableChild &child) noexcept;
    void look(const Due &due) noexcept;
    void noteLook(StoppableChild &child, bool hasEnded, bool wasAdopted) noexcept;

    KeeperSet &m_set;
    std::mutex m_mutex; ///< Guards the following.
    StopTask *m_firstTask = nullptr; ///< The list is in the order of the first stops.
    StopTask *m_lastTask = nullptr;
    int m_openCount = 0; ///< Tasks in the list that are not over.
    StopQueue m_queue; ///< Tasks in the list that have an action to come.
};

} // namespace ForkFd::Internal

#endif
