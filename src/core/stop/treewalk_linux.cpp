// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/treewalk_linux.h"

#include "core/watch/exitwatch.h"

#include <optional>

namespace ForkFd::Internal {

std::optional<ProcessStatus> statusOfRoot(ExitWatch &root)
{
    // A collected child has no tree. Checked first, because statusOf() fails in a shortage.
    if (root.sendSignal(0) != 0)
        return std::nullopt;
    const std::optional<ProcessStatus> status = statusOf(root.pid());
    // A child that is gone has no tree any more, and its number may name another process.
    return root.sendSignal(0) == 0 ? status : std::nullopt;
}

TreeWalk::TreeWalk(pid_t root, const ProcessStatus &status)
    : m_root(root)
{
    m_startTimes.emplace(root, status.startTime);
    m_members.push_back({root, status.startTime});
}

bool TreeWalk::findMore(const std::function<void(pid_t)> &onNew)
{
    const std::size_t before = m_members.size();
    for (const pid_t pid : allProcesses()) {
        if (m_startTimes.find(pid) != m_startTimes.end())
            continue;
        const std::optional<ProcessStatus> status = statusOf(pid);
        if (!status || !belongs(*status))
            continue;
        m_startTimes.emplace(pid, status->startTime);
        m_members.push_back({pid, status->startTime});
        onNew(pid);
    }
    return m_members.size() > before;
}

bool TreeWalk::isStill(pid_t pid) const
{
    const std::optional<ProcessStatus> status = statusOf(pid);
    return status && status->startTime == m_startTimes.at(pid);
}

// Looks at the parent after the status was read: if its start time is unchanged, the parent's number in
// the status means this parent. The group has the root's number.
bool TreeWalk::belongs(const ProcessStatus &status) const
{
    const bool hasParent = m_startTimes.find(status.parent) != m_startTimes.end();
    return (hasParent && isStill(status.parent)) || (status.group == m_root && isStill(m_root));
}

} // namespace ForkFd::Internal
