// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_CGROUPREMOVER_H
#define FORKFD_CORE_STOP_CGROUPREMOVER_H

#include "core/base/cgroup.h"

#include <chrono>
#include <list>
#include <mutex>

namespace ForkFd::Internal {

/// Removes the cgroups of children that were let go, once the last process of a cgroup has left it.
/// After a kill this takes a moment.
///
/// Any thread. Only add() allocates memory. The lock is not held while a directory is removed.
class CgroupRemover
{
public:
    using Clock = std::chrono::steady_clock;

    /// Throws std::bad_alloc.
    void add(PrivateCgroup group);
    /// Removes the cgroups that are empty.
    void removeEmpty() noexcept;
    /// When removeEmpty() is due; Clock::time_point::max() if no cgroup is left. While another
    /// thread is trying to remove cgroups, it may put some of them back: then the call is due in a
    /// moment.
    Clock::time_point nextTry() noexcept;
    /// Whether a cgroup that kill() was called for still has processes. A cgroup that this process may
    /// not kill does not count.
    bool hasKilled() noexcept;

private:
    std::mutex m_mutex;
    std::list<PrivateCgroup> m_groups;
    int m_killedCount = 0; ///< Includes those that a thread is trying to remove.
    int m_callerCount = 0; ///< Threads in removeEmpty().
    Clock::duration m_delay = std::chrono::milliseconds(1);
    Clock::time_point m_nextTry = Clock::time_point::max();
};

} // namespace ForkFd::Internal

#endif
