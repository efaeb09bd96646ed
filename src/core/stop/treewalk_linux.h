// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_TREEWALK_LINUX_H
#define FORKFD_CORE_STOP_TREEWALK_LINUX_H

#include "core/base/processstatus_linux.h"
#include "core/stop/processtree.h"

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include <sys/types.h>

namespace ForkFd::Internal {

/// The status of a child that was not reaped; else none. Throws std::system_error in a shortage.
std::optional<ProcessStatus> statusOfRoot(ExitWatch &root);

/// Finds the processes of a child's tree: the child, its process group, and the descendants of both.
///
/// Identifies a process by number and start time and holds no descriptors: a tree may have more
/// processes than this process may have descriptors. A process that has lost its parent and left the
/// group is not found. All functions throw std::system_error in a shortage, and std::bad_alloc.
class TreeWalk
{
public:
    /// `status` is that of the child `root`, which leads its group.
    TreeWalk(pid_t root, const ProcessStatus &status);

    /// One pass over all processes. Calls `onNew` for each process that it finds. Returns whether it has
    /// found any process: then another pass may find more.
    bool findMore(const std::function<void(pid_t)> &onNew = [](pid_t) {});

    /// What was found, zombies included. The root comes first, and parents before their children.
    const std::vector<TreeMember> &members() const noexcept { return m_members; }
    /// Whether this process, which a pass has found, has not been reaped.
    bool isStill(pid_t pid) const;

private:
    bool belongs(const ProcessStatus &status) const;

    const pid_t m_root;
    std::map<pid_t, unsigned long long> m_startTimes;
    std::vector<TreeMember> m_members;
};

} // namespace ForkFd::Internal

#endif
