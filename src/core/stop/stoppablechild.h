// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_STOPPABLECHILD_H
#define FORKFD_CORE_STOP_STOPPABLECHILD_H

#include "core/base/cgroup.h"
#include "core/base/oneperprocess.h"
#include "core/stop/processtree.h"
#include "core/stop/startcontrol.h"
#include "core/watch/exitwatch.h"

#include <ForkFd/spawn.h>

#include <chrono>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace ForkFd::Internal {

class StartReport;
struct LaunchFailure;
struct LaunchRequest;

/// A child, and how far the signals for it reach.
///
/// It is shared by the object that the child belongs to, which alone waits for it, and by the Stopper,
/// which signals it from a thread of its own. Whoever lets it go last leaves a child that still runs to
/// the reaper.
class FORKFD_EXPORT StoppableChild : public OfOneProcess
{
public:
    enum Scope {
        Process, ///< The child alone.
        Group, ///< The process group that it was started in.
        Tree ///< All that descends from it, as far as the system lets that be known.
    };

    /// How launchStoppable() will be called.
    enum Start {
        AtOnce, ///< Before anybody else knows this object.
        InThread ///< By a thread of its own, with a startControl().
    };

    /// None yet; launchStoppable() makes it. Throws std::bad_alloc.
    explicit StoppableChild(Scope scope, Start start = AtOnce);
    ~StoppableChild();
    StoppableChild(const StoppableChild &) = delete;
    StoppableChild &operator=(const StoppableChild &) = delete;

    /// Once it was started.
    ExitWatch &watch() const noexcept { return *m_watch; }
    /// With InThread; else null.
    StartControl *startControl() const noexcept { return m_start.get(); }
    /// The Stopper is to be told when its last user lets it go.
    void noteTask() noexcept { m_hasTask = true; }
    /// Whether a signal is sent without a walk through all processes.
    bool signalsAtOnce() const noexcept { return m_scope != Tree || isStarting() || m_cgroup; }

    /// Sends a signal to what the scope reaches and is still there. Returns 0 or an errno; ESRCH when
    /// nothing was reached. Waits 100 ms at most for descriptors and memory to find a tree with; then
    /// the group gets the signal, and the errno is that of the shortage. Any thread. During a start in a
    /// thread it gives the start up; EAGAIN when the child was not reached and will come to know of it.
    int sendSignal(int signal) noexcept;
    /// Asks all of them to end. A stopped process does not hear of that before it goes on. False after a
    /// short time when there are more, or in a shortage: another call goes on, until a second is over.
    /// Then the group at least is asked. Any thread.
    bool askToEnd() noexcept;
    /// Sends SIGKILL as sendSignal() does, for a caller that calls again while isShortage() holds for
    /// the result, and meanwhile has others to look after: only when a second is over the group gets it.
    /// Any thread.
    int tryKill() noexcept;
    /// Kills again what is left in a cgroup that was killed: before Linux 6.14 a process that was being
    /// forked may have been missed. Any thread.
    void killMissed() noexcept;
    /// Whether the child has ended, collected or not, and its scope reaches no other living process. Any
    /// thread.
    bool hasEnded() noexcept;
    /// Whether the child itself has ended, collected or not. Any thread.
    bool hasLeaderEnded() noexcept;
    /// Returns when the child itself may have ended, or the time is over. The caller blocks
    /// cancellation. Any thread.
    void awaitLeader(std::chrono::milliseconds time) noexcept;
    /// Removes its cgroup, for the end of the process, when no destructor comes. False when processes
    /// are left in it that were killed.
    bool removeCgroup() noexcept;

private:
    friend FORKFD_EXPORT bool launchStoppable(StoppableChild &, LaunchRequest, LaunchFailure &,
                                              StartReport *);
    bool isStarting() const noexcept { return m_start && !m_start->isTold(); }
    bool setWatch(ExitWatchPtr watch) noexcept;
    int signalStart(int signal) noexcept;
    int sendPatiently(int signal) noexcept;
    int trySendSignal(int signal, std::vector<pid_t> &told, InShortage inShortage) noexcept;
    int trySendSignals(std::initializer_list<int> signals, InShortage inShortage) noexcept;
    int killCgroup(InShortage inShortage) noexcept;
    int tryAsk(PrivateCgroup::Clock::time_point now, InShortage inShortage) noexcept;

    const Scope m_scope;
    const std::unique_ptr<StartControl> m_start; ///< With InThread.
    PrivateCgroup
        m_cgroup; ///< With Tree, where one may be made. The starting thread's until it has told.
    ExitWatchPtr m_watch;
    bool m_hasTask = false;
    std::mutex m_signalling; ///< Watches take one signal at a time. It also guards the setting of
                             ///< m_watch, and all below.
    std::vector<pid_t> m_asked; ///< The members of the cgroup that askToEnd() has told so far.
    /// Of an askToEnd(), and of a tryKill(), that is to go on.
    std::optional<PrivateCgroup::Clock::time_point> m_askEnd, m_killEnd;
};

} // namespace ForkFd::Internal

#endif
