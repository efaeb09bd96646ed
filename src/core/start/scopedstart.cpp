// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/scopedstart.h"

#include "core/base/cgroup.h"
#include "core/start/failure.h"
#include "core/watch/exitwatch.h"

#include <cerrno>
#include <utility>

namespace ForkFd::Internal {

namespace {

ExitWatchPtr startIn(const PrivateCgroup &group, StartRequest request, StartFailure &failure,
                     StartReport *later)
{
    const UniqueFd directory = group ? group.open() : UniqueFd();
    if (group && !directory) {
        failure = {Step::ControlGroup, errno};
        return nullptr;
    }
    if (directory) {
        request.options.controlGroup.clear();
        request.controlGroupFd = directory.get();
    }
    return startChild(StartPlan(std::move(request)), failure, later);
}

} // namespace

bool startStoppable(StoppableChild &child, StartRequest request, StartFailure &failure,
                    StartReport *later)
{
    request.ownGroup = child.m_scope != StoppableChild::Process;
    request.leavesTerminal = request.ownGroup;
    if (child.m_scope == StoppableChild::Tree)
        child.m_cgroup = PrivateCgroup::make(request.options.controlGroup);
    if (child.m_cgroup) {
        if (child.setWatch(startIn(child.m_cgroup, request, failure, later)))
            return true;
        // A process may be allowed to create a cgroup but not to move a child there. Start without it.
        if (failure.step != Step::ControlGroup)
            return false;
        if (!child.m_cgroup.remove())
            return false;
    }
    return child.setWatch(startIn({}, std::move(request), failure, later));
}

} // namespace ForkFd::Internal
