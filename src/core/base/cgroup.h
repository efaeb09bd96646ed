// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_CGROUP_H
#define FORKFD_CORE_BASE_CGROUP_H

#include "core/base/processesusage.h"
#include "core/base/thisprocess.h"
#include "core/base/uniquefd.h"

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace ForkFd::Internal {

/// Either no cgroup, or a cgroup (version 2) for one child and its descendants. A process cannot leave
/// it by fork(), setsid() or the death of its parent.
///
/// A cgroup belongs to the process that made it. In a forked copy the object does nothing.
class PrivateCgroup
{
public:
    using Clock = std::chrono::steady_clock;

    /// No cgroup.
    PrivateCgroup() noexcept = default;
    /// Makes a cgroup below the directory `parent`. If that is empty: below the cgroup of this process,
    /// or else below the nearest cgroup above it where this process may make one and put its children
    /// into it, as the app.slice of `systemd --user`. The name shows tools the number of this process
    /// and the name of the program, for example `forkfd-4711-2-make`. Returns no cgroup if making one is
    /// not permitted, or if the kernel cannot kill it (before Linux 5.14).
    static PrivateCgroup make(const std::string &parent, std::string_view program);
    PrivateCgroup(PrivateCgroup &&other) noexcept { *this = std::move(other); }
    PrivateCgroup &operator=(PrivateCgroup &&other) noexcept;
    /// Does not remove the directory.
    ~PrivateCgroup() = default;

    explicit operator bool() const noexcept { return !m_path.empty(); }
    /// The path of its directory; empty without a cgroup.
    const std::string &path() const noexcept { return m_path; }
    /// Opens the directory, so that a caller can put a process into the cgroup.
    UniqueFd open() const noexcept;

    /// Whether the cgroup or a cgroup below it contains a process. True if the answer is unknown.
    bool isPopulated() const noexcept;
    /// The living processes in the cgroup and below, sorted. A process may end, and another may get its
    /// number, as soon as the list was read. Throws std::system_error if it cannot be read.
    std::vector<pid_t> members() const;
    /// Opens cgroup.events, which becomes ready (PollSet::Priority) when isPopulated() may have changed
    /// since the file was last read. Empty with errno on failure.
    UniqueFd openEvents() const noexcept;
    /// The same for an open cgroup.events. Empty if the file cannot be read.
    static std::optional<bool> isPopulated(int events) noexcept;
    /// What all processes that are or were in the cgroup have used. Empty if the cgroup is gone. Throws
    /// std::system_error in a shortage, and std::bad_alloc.
    std::optional<ProcessesUsage> usage() const;
    /// Kills all processes in the cgroup and below. Before Linux 6.14 a process that is just being
    /// forked can survive, so the caller kills again while isPopulated(). Returns 0 or an errno; ESRCH
    /// if there was no process. Allocates no memory.
    int kill() noexcept;
    /// Whether kill() was called for a process. It may have failed, or missed one.
    bool isToBeKilled() const noexcept { return m_isToBeKilled; }
    /// The processes have ended, or the caller gives up.
    void noteEnd() noexcept { m_isToBeKilled = false; }
    /// How far a signal to all members has come.
    struct Progress
    {
        std::vector<pid_t> told; ///< Sorted.
        std::vector<pid_t> first; ///< The members when the signal was first sent, sorted.
        bool hasBegun = false;
    };
    /// Sends one signal, or SIGCONT and one more, through pidfds, to each process in the cgroup or below
    /// that `progress` does not name as told. All processes get SIGCONT before one gets the other
    /// signal. Stops when it finds no further process, or at `end`. Returns 0 or an errno: ESRCH if it
    /// found no process; when the time is over, EINPROGRESS if a process of `progress.first` is left,
    /// and ETIMEDOUT if only processes that came later can be left.
    int sendSignals(std::initializer_list<int> signals, Progress &progress,
                    Clock::time_point end) const noexcept;
    /// Removes the directory and the directories that the child made in it. False if a process is left
    /// in the cgroup; the caller then tries again later. Changes nothing in this object: at the end of
    /// the process, other threads may still use it.
    bool remove() const noexcept;

private:
    bool isOfThisProcess() const noexcept;
    static void continueMembers(const std::vector<pid_t> &members);

    std::string m_path;
    ProcessIdentity m_owner;
    bool m_isToBeKilled = false;
};

} // namespace ForkFd::Internal

#endif
