// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_TREEWATCH_H
#define FORKFD_CORE_STOP_TREEWATCH_H

#include "core/base/cgroup.h"
#include "core/base/deadline.h"
#include "core/base/pollset.h"
#include "core/base/uniquefd.h"
#include "core/stop/stoppablechild.h"
#include "core/stop/treemembers.h"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace ForkFd::Internal {

/// Notices the end of the last process in the scope of a started child.
///
/// Used by the thread of the child's owner. It signals no process and reaps none. The caller waits for
/// descriptor(), or until nextLook(), and then calls look(). In a forked copy it finds nothing.
class FORKFD_EXPORT TreeWatch
{
public:
    /// Begins to watch; walks where there is no cgroup. `hasEnded`: the end of the child itself is
    /// known. A null `child` means that the child has been let go, because its scope reached no process
    /// any more.
    TreeWatch(std::shared_ptr<StoppableChild> child, bool hasEnded);

    /// What to wait for: with PollSet::Priority a file, with Readable a set. -1: wait for nextLook()
    /// only.
    int descriptor() const noexcept;
    PollSet::Interest interest() const noexcept;
    /// When to look even without an event; usually never.
    Deadline nextLook() const noexcept { return m_nextLook; }

    /// False in a forked copy.
    bool belongsToThisProcess() const noexcept { return !m_child || m_child->belongsToThisProcess(); }
    /// Looks whether processes have ended, and walks again if a walk is due. This may change descriptor
    /// and interest.
    void look() noexcept;
    /// Walks now, because the child is about to get a signal. Call look() soon after this and after
    /// members(): the walk may have seen the last end.
    void walk() noexcept;
    /// Call this when the child itself has ended, and before it is reaped.
    void noteChildEnd() noexcept;
    /// Whether all processes have ended, as the last look has seen them; false before noteChildEnd().
    bool isOver() const noexcept { return m_hasChildEnded && m_isEmpty; }
    /// Sends the signal to the processes that are known from walks. Returns 0 or an errno; ESRCH if
    /// there are none, or if this thread may not hold them (checkHolding()).
    int sendSignal(int signal, TreeMembers::Whom whom) const noexcept;
    /// Walks, if there is no cgroup, and returns the numbers of the processes that are left, sorted.
    /// Leaves out those that the kernel is tearing down. Throws std::exception in a shortage.
    std::vector<pid_t> members();
    /// The same for a child that is not watched.
    static std::vector<pid_t> membersOf(StoppableChild &child);

private:
    using Clock = std::chrono::steady_clock;

    static bool hasMembers(const StoppableChild &child) noexcept;
    void lookAtCgroup() noexcept;
    void lookAtMembers() noexcept;
    void walk(bool isGroupHeld) noexcept;
    void tryToWalk(bool isGroupHeld);
    void lookIfNeeded() noexcept;
    void lookLater() noexcept;
    TreeMembers::Means means() const noexcept;
    Clock::time_point nextWalk() const noexcept;

    const std::shared_ptr<StoppableChild> m_child;
    UniqueFd m_events; ///< cgroup.events.
    bool m_isFileUseless = false; ///< It cannot be opened or read.
    std::optional<TreeMembers> m_members; ///< Without a cgroup, unless the scope is the child alone.
    bool m_hasChildEnded;
    bool m_isEmpty = false;
    bool m_isWalkDue = false; ///< A process has ended since the last walk, or the last walk failed.
    Clock::time_point m_lastWalk;
    std::chrono::nanoseconds m_walkTime{0}; ///< Processor time.
    std::chrono::milliseconds m_lookDelay{1};
    Deadline m_nextLook = Deadline::forever();
};

} // namespace ForkFd::Internal

#endif
