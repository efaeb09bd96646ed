// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/treeusage.h"

#include "core/base/processusage_linux.h"
#include "core/stop/processtree.h"
#include "core/stop/treewalk_linux.h"
#include "core/watch/exitwatch.h"

#include <optional>
#include <vector>

namespace ForkFd::Internal {

namespace {

/// The members of the child's own group; none if it is empty, or if its number may be another group's.
std::vector<TreeMember> findGroup(ExitWatch &root)
{
    if (root.sendSignalToGroup(0) != 0)
        return {};
    std::vector<TreeMember> members;
    for (const pid_t pid : allProcesses()) {
        const std::optional<ProcessStatus> status = statusOf(pid);
        if (status && status->group == root.pid())
            members.push_back({pid, status->startTime});
    }
    return root.sendSignalToGroup(0) == 0 ? members : std::vector<TreeMember>();
}

std::vector<TreeMember> find(ExitWatch &root, Members which)
{
    const std::optional<ProcessStatus> status = statusOfRoot(root);
    if (which == Members::Child)
        return status ? std::vector<TreeMember>{{root.pid(), status->startTime}}
                      : std::vector<TreeMember>();
    return which == Members::Tree && status ? findTree(root) : findGroup(root);
}

/// False if a process has ended since it was found. Its parent, which comes before it in the list, was
/// then looked at before the parent waited for this process.
bool addUp(const std::vector<TreeMember> &members, pid_t root, VisibleUsage &usage)
{
    usage = {};
    bool areAll = true;
    for (const auto &[pid, startTime] : members) {
        const std::optional<ProcessesUsage> own = usageOf(pid, startTime);
        areAll = areAll && own;
        if (own)
            usage.sum += *own;
        if (own && pid == root)
            usage.includesChild = true;
    }
    return areAll;
}

} // namespace

VisibleUsage visibleUsage(ExitWatch &root, Members which)
{
    VisibleUsage usage;
    for (int attempt = 0; attempt < 3; ++attempt) {
        if (addUp(find(root, which), root.pid(), usage))
            break;
    }
    return usage;
}

} // namespace ForkFd::Internal
