// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_STOPPABLECHILD_H
#define FORKFD_CORE_STOP_STOPPABLECHILD_H

#include "core/base/cgroup.h"
#include "core/base/processesusage.h"
#include "core/base/thisprocess.h"
#include "core/stop/processtree.h"
#include "core/stop/startcontrol.h"
#include "core/stop/stoptasks.h"
#include "core/watch/exitwatch.h"

#include <ForkFd/spawn.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace ForkFd::Internal {

class StartReport;
struct StartFailure;
struct StartRequest;

/// A child and its scope: the processes that its signals reach.
///
/// Shared by the child's owner, which alone waits for it, and the Keeper, which signals it from another
/// thread. When the last of them lets it go, a child that still runs is left to the keeper.
///
/// Any thread may call the functions from sendSignal() to awaitLeader().
class FORKFD_EXPORT StoppableChild : public OfOneProcess
{
public:
    enum Scope {
        Process, ///< The child alone.
        Group, ///< The process group that it was started in.
        Tree ///< All its descendants, as far as the system can find them.
    };

    /// How startStoppable() will be called.
    enum Start {
        AtOnce, ///< Before other threads use this object.
        InThread ///< By a starting thread, with a startControl().
    };

    /// There is no child before startStoppable(). Throws std::bad_alloc.
    explicit StoppableChild(Scope scope, Start start = AtOnce);
    ~StoppableChild();
    StoppableChild(const StoppableChild &) = delete;
    StoppableChild &operator=(const StoppableChild &) = delete;

    /// How far tryKill() has come.
    enum Kill : unsigned char {
        NotKilled,
        BeingKilled,
        Killed,
        NotPermitted ///< EPERM.
    };

    /// Valid once the child was started.
    ExitWatch &watch() const noexcept { return *m_watch; }
    /// With InThread; else null.
    StartControl *startControl() const noexcept { return m_start.get(); }
    /// Whether a signal needs no walk through all processes.
    bool signalsAtOnce() const noexcept { return m_scope != Tree || isStarting() || hasCgroup(); }

    Scope scope() const noexcept { return m_scope; }
    /// Whether the scope is a cgroup of the child's own. The answer is right once the child was started.
    bool hasCgroup() const noexcept { return m_own && m_own->group; }
    /// The cgroup.events of that cgroup. Empty with errno on failure.
    UniqueFd openCgroupEvents() const noexcept { return m_own->group.openEvents(); }
    /// Whether a process is in that cgroup. True if the answer is unknown.
    bool isCgroupPopulated() const noexcept { return m_own->group.isPopulated(); }
    /// The processes in that cgroup; see PrivateCgroup::members().
    std::vector<pid_t> cgroupMembers() const { return m_own->group.members(); }
    /// Whether the child's number still belongs to the child or to its process group. Empty if another
    /// thread is signalling the child.
    std::optional<bool> holdsNumber() noexcept;

    /// Whether the processes in the scope can be found only through the child's number. On every system
    /// they can be signalled as long as the child is not collected.
    bool needsNumber() const noexcept { return m_scope != Process && !isStarting() && !hasCgroup(); }

    /// How the signals reach the processes of the scope.
    enum Method : unsigned char { OneProcess, OwnCgroupMembers, WalkFromChild, OwnGroup };
    /// Valid once the child was started.
    Method method() const noexcept;

    /// Sends a signal to the living processes of the scope. Returns 0 or an errno; ESRCH if no process
    /// was reached. In a shortage it waits 100 ms at most; then the group gets the signal, and the errno
    /// is that of the shortage. Members of the group that already had the signal then get it twice.
    /// ETIMEDOUT if processes went on starting others for a second, and some of those may not have been
    /// reached. During a start in a thread, a signal gives up the start, unless it is 0 or SIGCONT;
    /// EAGAIN if the child was not reached but will see the wish.
    int sendSignal(int signal) noexcept;
    /// Sends SIGKILL during a start in a thread, as sendSignal() does. EBUSY if that needs a walk, or if
    /// another thread is signalling this child: the keeper can wait for that.
    int killStart() noexcept;
    /// Sets the signal of askToEnd(), which then asks all processes, including those that it has already
    /// asked.
    void beginStop(int signal) noexcept;
    enum Patience {
        NoWait, ///< Neither walks nor waits for another thread that signals this child.
        MayWalk
    };
    /// Asks the processes of the scope to end. SIGCONT precedes the stop signal, because a
    /// stopped process must continue to handle it. Returns false after a short time if some processes
    /// were not asked yet, or in a shortage: then call it again. After a second it asks no further new
    /// processes, and in a shortage it asks the group.
    bool askToEnd(Patience patience) noexcept;
    /// Sends SIGKILL like sendSignal(), but does not wait in a shortage: call it again as long as
    /// isShortage() is true for the result. After a second the group gets the signal.
    int tryKill() noexcept;
    /// BeingKilled before SIGKILL is sent, and Killed after that: the child may end in between.
    Kill kill() const noexcept { return m_kill.load(); }
    /// Repeats the kill of the cgroup, if there was one. It may have failed, and before Linux 6.14
    /// cgroup.kill may miss a process in fork().
    void killAgain() noexcept;
    enum Leader { Unknown, Ended };
    /// Whether the child has ended, collected or not, and its scope reaches no other living process.
    /// `leader` is what the caller knows of the child itself.
    bool hasEnded(Leader leader = Unknown) noexcept;
    /// Whether the child itself has ended, collected or not.
    bool hasLeaderEnded() noexcept;
    /// Waits until the child itself may have ended, or `time` is over. The caller blocks cancellation.
    void awaitLeader(std::chrono::milliseconds time) noexcept;
    /// Whether the scope is Tree. Then usage() may know more than how the child ended, even when no
    /// process is left.
    bool wantsTree() const noexcept { return m_own != nullptr; }
    /// What the processes of the scope use, and have used. `end` is how the child ended, if its owner
    /// knows; only the owner calls this. Empty if the system does not show it, and in a shortage. Waits
    /// for a signal that another thread is sending.
    std::optional<ProcessesUsage> usage(const ExitInfo *end) noexcept;
    /// Removes the cgroup at the end of the process, when no destructor runs. Returns false if processes
    /// are left in it after a kill.
    bool removeCgroup() noexcept;

private:
    friend class StopTasks;
    friend FORKFD_EXPORT StartFailure startStoppable(StoppableChild &, StartRequest &&, StartReport *);
    /// Its own cgroup, and how far askToEnd() has come there.
    struct OwnCgroup
    {
        PrivateCgroup group; ///< Where permitted.
        PrivateCgroup::Progress asked;
        bool canWalk = false; ///< Without `group`: the descendants can be found by a walk.
        std::int64_t peakSeen = 0; ///< The largest maxResidentBytes that usage() has returned.
    };
    std::optional<ProcessesUsage> visibleUsageOfScope(const ExitInfo *end);
    bool needsWalk() const noexcept { return m_scope == Tree && m_watch && !hasCgroup(); }
    void noteKill(int errorCode) noexcept;
    bool isStarting() const noexcept { return m_start && !m_start->isTold(); }
    void setWatch(ExitWatchPtr watch) noexcept;
    int signalStart(int signal) noexcept;
    void askStartToEnd() noexcept;
    void endRound() noexcept;
    int sendPatiently(int signal) noexcept;
    int trySendSignal(int signal, PrivateCgroup::Progress &progress, InShortage inShortage) noexcept;
    int trySendSignals(std::initializer_list<int> signals, InShortage inShortage) noexcept;
    int signalMembers(std::initializer_list<int> signals, PrivateCgroup::Progress &progress,
                      PrivateCgroup::Clock::time_point end, InShortage inShortage) noexcept;
    int signalOutsider(std::initializer_list<int> signals, const PrivateCgroup::Progress &progress,
                       int errorCode) noexcept;
    bool isGroupUntold(const PrivateCgroup::Progress &progress) const noexcept;
    int signalGroup(std::initializer_list<int> signals) noexcept;
    int killCgroup(InShortage inShortage) noexcept;
    int tryAsk(PrivateCgroup::Clock::time_point now, InShortage inShortage) noexcept;

    const Scope m_scope;
    std::atomic<unsigned char> m_stopSignal = SIGTERM;
    std::atomic<bool> m_isNewStop = false; ///< beginStop() was called since the last askToEnd().
    std::atomic<Kill> m_kill = NotKilled;
    const std::unique_ptr<StartControl> m_start; ///< With InThread.
    /// With Tree. Belongs to the starting thread until StartControl::tell().
    const std::unique_ptr<OwnCgroup> m_own;
    ExitWatchPtr m_watch;
    StopTask m_task; ///< Belongs to the keeper.
    std::mutex m_signalling; ///< Admits one signal at a time. Guards setting m_watch and all below.
    /// When an unfinished askToEnd() or tryKill() falls back to the group. The default value means that
    /// none is unfinished.
    PrivateCgroup::Clock::time_point m_askEnd, m_killEnd;
};

} // namespace ForkFd::Internal

#endif
