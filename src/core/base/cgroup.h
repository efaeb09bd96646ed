// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_CGROUP_H
#define FORKFD_CORE_BASE_CGROUP_H

#include "core/base/thisprocess.h"
#include "core/base/uniquefd.h"

#include <chrono>
#include <initializer_list>
#include <string>
#include <vector>

#include <sys/types.h>

namespace ForkFd::Internal {

/// A cgroup (version 2) that holds one child and all that descends from it: a process cannot leave it by
/// fork(), setsid() or the death of its parent. Or none.
///
/// It belongs to the process that has made it; in a forked copy it does nothing.
class PrivateCgroup
{
public:
    using Clock = std::chrono::steady_clock;

    /// None.
    PrivateCgroup() noexcept = default;
    /// A new one below the directory `parent`, or, when that is empty, below the cgroup of this process.
    /// None where none may be made, or the kernel cannot kill it (before Linux 5.14).
    static PrivateCgroup make(const std::string &parent);
    PrivateCgroup(PrivateCgroup &&other) noexcept;
    PrivateCgroup &operator=(PrivateCgroup &&other) noexcept;
    /// Leaves the directory where it is.
    ~PrivateCgroup() = default;

    explicit operator bool() const noexcept { return !m_path.empty(); }
    /// A descriptor of the directory, for who puts a process there.
    UniqueFd open() const noexcept;

    /// Whether a process is in it or below. True where that cannot be known now.
    bool isPopulated() const noexcept;
    /// Kills all that is in it or below; before Linux 6.14 not always a process that is just being
    /// forked, so that the caller kills again while it is populated. Returns 0 or an errno; ESRCH when
    /// nothing was there. Allocates no memory.
    int kill() noexcept;
    /// Whether it was: then it is about to be empty.
    bool isKilled() const noexcept { return m_isKilled; }
    /// It is empty: no process is left that was killed.
    void noteEnd() noexcept { m_isKilled = false; }
    /// Sends these signals, one after another, to each process in it or below that is not among `told`,
    /// by pidfds, and adds it there. Goes on until it finds no other process, or the time is up. Returns
    /// 0 or an errno: ESRCH when it found no process, ETIMEDOUT when another call has to go on.
    int sendSignals(std::initializer_list<int> signals, std::vector<pid_t> &told,
                    Clock::time_point end) const noexcept;
    /// Removes the directory, and those that the child has made there. False when processes are left in
    /// it; then it is to be tried again.
    bool remove() noexcept;

private:
    bool isOfThisProcess() const noexcept;

    std::string m_path;
    ProcessIdentity m_owner;
    bool m_isKilled = false;
};

} // namespace ForkFd::Internal

#endif
