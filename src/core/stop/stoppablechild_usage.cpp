// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The resources that a child and the processes in its scope use.

#include "core/stop/stoppablechild.h"

#include "core/base/signals.h"
#include "core/stop/treeusage.h"

#include <exception>

namespace ForkFd::Internal {

namespace {

Members membersOf(StoppableChild::Scope scope) noexcept
{
    switch (scope) {
    case StoppableChild::Process:
        break;
    case StoppableChild::Group:
        return Members::Group;
    case StoppableChild::Tree:
        return Members::Tree;
    }
    return Members::Child;
}

} // namespace

std::optional<ProcessesUsage> StoppableChild::usage(const ExitInfo *end) noexcept
try {
    if (!belongsToThisProcess())
        return std::nullopt;
    const CancellationBlocker blocker;
    const std::lock_guard lock(m_signalling);
    if (!m_watch)
        return std::nullopt;
    // With SIGCHLD the child may have been reaped, and its owner may not have collected it yet.
    const std::optional<ExitInfo> seen = end ? *end : m_watch->look();
    const ExitInfo *known = seen && seen->hasUsage ? &*seen : nullptr;
    std::optional<ProcessesUsage> usage;
    if (!isStarting() && hasCgroup())
        usage = m_own->group.usage();
    if (!usage)
        usage = visibleUsageOfScope(known);
    if (usage && known)
        usage->raisePeak(known->maxResidentBytes());
    if (usage && m_own) {
        usage->raisePeak(m_own->peakSeen);
        m_own->peakSeen = usage->maxResidentBytes;
    }
    return usage;
} catch (const std::exception &) {
    return std::nullopt;
}

// A child that was reaped is no longer visible: `end` has its usage.
std::optional<ProcessesUsage> StoppableChild::visibleUsageOfScope(const ExitInfo *end)
{
    VisibleUsage visible = visibleUsage(*m_watch, membersOf(m_scope));
    if (!visible.includesChild && !end)
        return std::nullopt;
    if (!visible.includesChild)
        visible.sum += usageOf(*end);
    visible.sum.raisePeak(visible.sum.residentBytes);
    return visible.sum;
}

} // namespace ForkFd::Internal
