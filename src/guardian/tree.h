// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_GUARDIAN_TREE_H
#define FORKFD_GUARDIAN_TREE_H

#include "core/base/uniquefd.h"
#include "guardian/cgroup.h"
#include "guardian/message.h"
#include "guardian/processes.h"

#include <cstdint>
#include <memory>

#include <sys/types.h>

namespace ForkFd::Internal {

/// A tree that must not outlive the program: a cgroup, a leader, or both.
class Tree
{
public:
    /// `poll` is the guardian's epoll set, where the tree waits for changes.
    Tree(std::uint64_t id, int poll, bool usesPidFds) noexcept
        : m_id(id)
        , m_poll(poll)
        , m_usesPidFds(usesPidFds)
    {
    }
    ~Tree() { unwatch(); }
    Tree(const Tree &) = delete;
    Tree &operator=(const Tree &) = delete;

    std::uint64_t id() const noexcept { return m_id; }
    /// `fd` came with the message; it may be empty.
    void take(const GuardianMessage &message, UniqueFd fd) noexcept;
    /// Looks whether the tree is over. If not, makes the epoll set wait for the next change. False
    /// before the tree has started. `processes` is a list that was made a moment ago; if it is null, the
    /// function makes a list when it needs one.
    bool isOver(const List<Process> *processes = nullptr) noexcept;
    Cgroup &cgroup() noexcept { return m_cgroup; }
    /// Kills the cgroup, and adds to the walk the processes that only the walk can kill. Returns false
    /// if nothing is left that certainly belongs to the tree.
    bool kill(Walk &walk) noexcept;

    std::unique_ptr<Tree> next; ///< In the guardian's list.

private:
    void awaitCgroup() noexcept;
    void setLeader(const GuardianMessage &message, UniqueFd pidfd) noexcept;
    void setLeaderStart(std::uint64_t start) noexcept;
    void forgetOtherProcess() noexcept;
    bool isLeaderAlive() const noexcept;
    bool isNumberReused() const noexcept;
    pid_t findMember(const List<Process> *processes) const noexcept;
    bool watch(pid_t member) noexcept;
    void wait(int fd, unsigned events) noexcept;
    void unwatch() noexcept;

    const std::uint64_t m_id;
    const int m_poll;
    const bool m_usesPidFds;
    bool m_isStarted = false;
    Cgroup m_cgroup;
    pid_t m_leader = -1; ///< Also the number of its group and session, if it has made them.
    std::uint64_t m_leaderStart = 0; ///< 0: not known.
    bool m_isPidFdSent = false; ///< The leader has sent its pidfd; other pidfds are opened by number.
    UniqueFd m_watched; ///< A pidfd of the leader, or later of another member of its group or session.
    bool m_watchesLeader = false;
};

} // namespace ForkFd::Internal

#endif
