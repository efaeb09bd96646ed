// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_STOPPERSTATE_H
#define FORKFD_CORE_STOP_STOPPERSTATE_H

#include "core/base/event.h"
#include "core/base/pollset.h"
#include "core/base/thisprocess.h"
#include "core/stop/cgroupremover.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace ForkFd::Internal {

class StoppableChild;

/// The children that are being stopped in this process, and the thread that stops them; see Stopper.
///
/// A child has a task from stop() or adopt() until its last user lets it go; if adopted, until its end:
///
///     asked, in its grace ──▶ killed ──▶ ended
///
/// The thread, or a caller if there is no thread, does what is due: ask (a walk takes time), kill, or
/// look whether a child has ended. `isInHand` keeps other threads from a task during an action.
///
/// The lock is held briefly: no thread signals, waits or lets a child go under it. A forked copy never
/// takes it, but makes its own state.
///
/// A child that is not adopted belongs to its owner's thread; here only its functions for any thread
/// are called. An adopted child has passed through the lock, and only the thread uses it.
class StopperState : public OfOneProcess
{
public:
    using Clock = std::chrono::steady_clock;

    /// These three throw std::bad_alloc, before they change anything.
    void stop(const std::shared_ptr<StoppableChild> &child, std::chrono::milliseconds grace);
    void adopt(const std::shared_ptr<StoppableChild> &child, bool hasGrace);
    void removeLater(PrivateCgroup group);

    /// The last user of the child has let it go.
    void letGo(StoppableChild &child) noexcept;

    /// Wakes the thread for the actions that are due, or does them if there is no thread. Also does
    /// them at the end of the process, which may leave the thread no time.
    void serve() noexcept;
    bool hasThread() const noexcept { return m_hasThread; }
    bool hasWork() noexcept;
    /// Milliseconds until an action is due; -1: never.
    int timeout() noexcept;
    /// Kills all children: every grace ends with the process.
    void killAll() noexcept;
    bool awaitAll(Clock::time_point end) noexcept;

private:
    enum class Action { Ask, Kill, Look };
    static constexpr std::chrono::milliseconds firstLookDelay{1};
    struct Task
    {
        std::weak_ptr<StoppableChild> child;
        std::shared_ptr<StoppableChild> adopted; ///< Keeps the child of an owner that has gone.
        Clock::time_point askTime = Clock::time_point::max();
        Clock::time_point killTime = Clock::time_point::max();
        Clock::time_point lookTime =
            Clock::time_point::max(); ///< For a killed or adopted child that is not in the set.
        std::chrono::milliseconds lookDelay = firstLookDelay;
        bool isInHand = false; ///< A thread is asking, killing or looking.
        bool isInSet = false;
        bool isOver = false; ///< The child has ended, but its owner still has it.

        Clock::time_point due() const noexcept;
        Action takeAction(Clock::time_point now) noexcept;
    };
    struct Due;
    using Tasks = std::map<StoppableChild *, Task>;

    Task &taskFor(const std::shared_ptr<StoppableChild> &child);
    void askLater(const StoppableChild &child) noexcept;
    void bringForward(Clock::time_point due) noexcept;

    bool ensureThread() noexcept;
    bool ensureDescriptors() noexcept;
    void watch(Task &task) noexcept;
    void unwatch(Task &task) noexcept;
    static std::uint64_t idOf(const StoppableChild &child) noexcept;
    static void threadMain(void *self);
    void run() noexcept;
    bool hasNothingToDo() noexcept;
    bool leave() noexcept;
    void childReady(std::uint64_t id) noexcept;

    void serveDue() noexcept;
    Due takeDue() noexcept;
    Tasks::iterator nextDueTask(Clock::time_point now) noexcept;
    void ask(StoppableChild &child) noexcept;
    void kill(StoppableChild &child) noexcept;
    void look(StoppableChild &child) noexcept;
    void lookAgain(Task &task) noexcept;
    bool isAdopted(const StoppableChild &child) noexcept;
    void forget(StoppableChild &child) noexcept;

    std::shared_ptr<StoppableChild> childAfter(const StoppableChild *previous) noexcept;
    bool awaitOne(StoppableChild &child, Clock::time_point end) noexcept;

    std::mutex m_mutex; ///< Guards all below, except m_groups and members that only the thread uses.
    Tasks m_tasks;
    Clock::time_point m_nextDue = Clock::time_point::max(); ///< Not later than the next action.
    CgroupRemover m_groups;
    PollSet m_set;
    ExitEvent m_wake;
    bool m_hasSet = false;
    bool m_hasWake = false;
    std::atomic<bool> m_hasThread = false; ///< Written under the lock, read anywhere.
    std::atomic<bool> m_isExiting = false;
};

} // namespace ForkFd::Internal

#endif
