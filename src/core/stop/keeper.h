// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_KEEPER_H
#define FORKFD_CORE_STOP_KEEPER_H

#include "core/base/thisprocess.h"
#include "core/stop/cgroupremover.h"
#include "core/stop/keeperset.h"
#include "core/stop/orphans.h"
#include "core/stop/stoptasks.h"

#include <ForkFd/export.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

namespace ForkFd::Internal {

class ExitWatch;
class StoppableChild;

/// Looks after children without an owner and children that are being stopped: collects them, and kills
/// those that still run when their grace is over. At normal exit of the process it kills all children
/// that are being stopped.
///
/// Its thread starts with the first child and ends after it was idle for a while. Without a thread, the
/// owner's waits and event loop and the next call to the library do its work. Except awaitAll(), no
/// function fails or waits for a child. docs/design/stop.md explains the place and the memory order.
class FORKFD_EXPORT Keeper : public OfOneProcess
{
public:
    using Clock = StopTasks::Clock;

    /// Takes ownership of `watch`, which must be watching, and collects its child. Without memory,
    /// descriptors or a thread, it tries again with the next child.
    static void adopt(ExitWatch *watch) noexcept;

    /// Call this before stopping a child. Throws std::bad_alloc.
    static void prepare();
    /// Asks `child` to end now with `signal`, and kills its remaining processes when the grace is over,
    /// unless the owner has let it go before.
    static void stop(const std::shared_ptr<StoppableChild> &child, int signal,
                     std::chrono::milliseconds grace) noexcept;
    enum Grace { KeepGrace, NoGrace };
    /// Takes a child over from its owner, kills it when its grace is over, and collects it.
    static void adopt(const std::shared_ptr<StoppableChild> &child, Grace grace) noexcept;
    /// Ends the child's task. Called when the last user has let the child go.
    static void letGo(StoppableChild &child) noexcept;

    /// Removes a cgroup, now or when all processes have left it.
    static void remove(PrivateCgroup group) noexcept;

    /// Blocks until all children that are being stopped have ended, with all processes of their scopes,
    /// or until `end`. Collects no child that has an owner. Returns whether all have ended.
    static bool awaitAll(Clock::time_point end) noexcept;

    /// If there is no thread, tries to create it or does its work. Costs almost nothing without work.
    /// For a caller that is about to sleep for `timeout` milliseconds (-1: for ever). Returns how long
    /// the caller may sleep before the next call, which is shorter while there is no thread.
    static int retryBefore(int timeout) noexcept;

private:
    enum Place { Free, Caller, Thread };

    static Keeper *findOrMake() noexcept;
    static Keeper *keeperOf(const StoppableChild &child) noexcept;
    void serve() noexcept;
    bool takePlace() noexcept;
    bool leave() noexcept;
    bool hasThread() const noexcept { return m_place == Thread; }
    bool hasNothingToDo() noexcept;
    static void threadMain(void *self);
    void run() noexcept;
    bool pass(int timeout) noexcept;
    int timeToDue() noexcept;
    int timeToSweep() noexcept;

    void serveTasks() noexcept;
    static void killAtExit() noexcept;
    void killAll() noexcept;
    bool doAwaitAll(Clock::time_point end) noexcept;
    bool awaitOne(StoppableChild &child, Clock::time_point end) noexcept;

    static OnePerProcess<Keeper> keepers;
    /// The number of additions of work, and the number that was reached when all work was last seen to
    /// be done. If both are equal, retryBefore() does not look at the keeper. A caller that misses an
    /// addition behaves like one that came before it.
    static std::atomic<unsigned> addedCount;
    static std::atomic<unsigned> doneCount;

    KeeperSet m_set;
    Orphans m_orphans{m_set};
    StopTasks m_tasks{m_set};
    CgroupRemover m_groups;
    Clock::time_point m_nextSweep; ///< The next look at orphans outside the set. The server's.
    std::mutex m_mutex; ///< Guards changes of m_place.
    std::atomic<Place> m_place = Free;
    std::atomic<bool> m_killsAtExit = false;
    std::atomic<bool> m_isExiting = false;
};

/// A cgroup that is removed at the end of the scope, unless it was moved away. Declare it before the
/// lock of a mutex, so that the mutex is unlocked first: the keeper may then work for a second.
struct ScopedCgroup
{
    PrivateCgroup group;

    ScopedCgroup() = default;
    ~ScopedCgroup() { Keeper::remove(std::move(group)); }
    ScopedCgroup(const ScopedCgroup &) = delete;
    ScopedCgroup &operator=(const ScopedCgroup &) = delete;
};

} // namespace ForkFd::Internal

#endif
