// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_CGROUPREMOVER_H
#define FORKFD_CORE_STOP_CGROUPREMOVER_H

#include "core/base/cgroup.h"

#include <chrono>
#include <list>
#include <mutex>

namespace ForkFd::Internal {

/// Cgroups whose child was let go while processes were left in them. A cgroup can be removed when its
/// last process has left it, a moment after a kill.
///
/// Any thread. Only add() allocates memory. The lock is not held while a directory is removed.
class CgroupRemover
{
public:
    using Clock = std::chrono::steady_clock;

    /// Throws std::bad_alloc.
    void add(PrivateCgroup group);
    /// Removes those that are empty by now.
    void removeEmptyOnes() noexcept;
    /// When that is due again; Clock::time_point::max() when no cgroup is left.
    Clock::time_point nextTry() noexcept;
    /// Whether a cgroup is left that holds killed processes which have not ended.
    bool hasKilledOnes() noexcept;

private:
    std::mutex m_mutex;
    std::list<PrivateCgroup> m_groups;
    int m_killedCount = 0; ///< Also counts those that a thread is trying to remove.
    Clock::duration m_delay{};
    Clock::time_point m_nextTry = Clock::time_point::max();
};

} // namespace ForkFd::Internal

#endif
