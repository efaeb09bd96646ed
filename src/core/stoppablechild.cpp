// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppablechild.h"

#include "launcher.h"
#include "launchplan.h"
#include "processtree.h"
#include "signals.h"
#include "stopper.h"

#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

namespace ForkFd::Internal {

StoppableChild::StoppableChild(Scope scope) noexcept
    : m_scope(scope)
{
}

StoppableChild::~StoppableChild()
{
    if (m_cgroup && !m_cgroup.remove())
        Stopper::removeLater(std::move(m_cgroup));
}

int StoppableChild::sendSignal(int signal) noexcept
{
    // In a forked copy somebody may have locked it who is not there.
    if (!m_watch->belongsToThisProcess())
        return ESRCH;
    const CancellationBlocker blocker;
    const std::lock_guard lock(m_signalling);
    return trySendSignal(signal);
}

int StoppableChild::trySendSignal(int signal) noexcept
{
    if (m_scope == Process)
        return m_watch->sendSignal(signal);
    if (m_scope == Tree && m_cgroup && signal == 0)
        return m_cgroup.isPopulated() ? 0 : ESRCH;
    if (m_scope == Tree && m_cgroup && signal == SIGKILL)
        return m_cgroup.kill();
    // The members of a cgroup can only be told by pidfds.
    if (m_scope == Tree && m_cgroup && m_watch->pidFd() >= 0)
        return m_cgroup.sendSignal(signal);
    const int errorCode =
        m_scope == Tree ? signalTree(*m_watch, signal) : m_watch->sendSignalToGroup(signal);
    // The child itself may have left for another group.
    return errorCode == ESRCH ? m_watch->sendSignal(signal) : errorCode;
}

void StoppableChild::askToEnd() noexcept
{
    sendSignal(SIGTERM);
    sendSignal(SIGCONT);
}

bool StoppableChild::removeCgroup() noexcept
{
    const std::lock_guard lock(m_signalling);
    return !m_cgroup || m_cgroup.remove() || !m_cgroup.isKilled();
}

namespace {

ExitWatchPtr launchIn(const PrivateCgroup &group, LaunchRequest request, LaunchFailure &failure,
                      StartReport *later)
{
    const UniqueFd directory = group ? group.open() : UniqueFd();
    if (directory) {
        request.options.controlGroup.clear();
        request.controlGroupFd = directory.get();
    }
    return launch(LaunchPlan(std::move(request)), failure, later);
}

} // namespace

std::shared_ptr<StoppableChild> launchStoppable(LaunchRequest request, StoppableChild::Scope scope,
                                                LaunchFailure &failure, StartReport *later)
{
    // What can fail comes before there is a child.
    auto child = std::make_shared<StoppableChild>(scope);
    request.ownGroup = scope != StoppableChild::Process;
    request.leavesTerminal = request.ownGroup;
    if (scope == StoppableChild::Tree)
        child->m_cgroup = PrivateCgroup::make(request.options.controlGroup);
    if (child->m_cgroup) {
        child->m_watch = launchIn(child->m_cgroup, request, failure, later);
        // A process may make a cgroup where it may not put one.
        if (!child->m_watch && failure.error.step == std::string_view("controlGroup"))
            child->m_cgroup.remove();
    }
    if (!child->m_cgroup)
        child->m_watch = launchIn({}, std::move(request), failure, later);
    return child->m_watch ? child : nullptr;
}

} // namespace ForkFd::Internal
