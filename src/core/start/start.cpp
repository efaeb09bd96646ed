// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/start.h"

#include "core/base/backendwish.h"
#include "core/base/cgroup.h"
#include "core/base/staycode.h"
#include "core/base/writeends.h"
#include "core/start/busypause.h"
#include "core/start/guardedstart.h"
#include "core/start/plan.h"
#include "core/start/startreport.h"
#include "core/stop/stoppablechild.h"
#include "core/watch/exitwatch.h"

#include <cerrno>
#include <utility>

namespace ForkFd::Internal {

namespace {

// Options that a detached program cannot have.
FailedStep detachedError(const LaunchOptions &options) noexcept
{
    if (options.dieWithParent)
        return {Step::DieWithParent, EINVAL}; // The program's parent ends before the program begins.
    if (options.treeDiesWithParent)
        return {Step::TreeDiesWithParent, EINVAL}; // It is meant to outlive this process.
    return options.pseudoTerminal ? FailedStep{Step::PseudoTerminal, EINVAL} : FailedStep{};
}

// If the requested backend is unavailable, every start fails; there is no fallback.
FailedStep wishError() noexcept
{
    const BackendWish wish = backendWish();
    const bool isImpossible =
        wish == BackendWish::Unknown || (wish == BackendWish::PidFd && !System::hasPidFd());
    return isImpossible ? FailedStep{Step::Backend, EINVAL} : FailedStep{};
}

FailedStep errorOf(const StartPlan &plan) noexcept
{
    return plan.error() ? plan.error() : wishError();
}

} // namespace

StartResult startChild(const StartPlan &plan, StartReport *later)
{
    StartResult result = {.failure = errorOf(plan)};
    // ChildProcess has already turned this into newSession and controllingTerminal.
    if (!result.failure && plan.options().pseudoTerminal)
        result.failure = {Step::PseudoTerminal, ENOTSUP};
    StartNames names = StartNames::of(plan); // Before there is a child: this allocates.
    const int savedErrno = errno;
    if (!result.failure) {
        keepCodeLoaded();
        result = System::startChild(plan, later);
    }
    errno = savedErrno;
    if (!result.watch)
        names.complete(result.failure);
    else if (later)
        later->setNames(std::move(names));
    return result;
}

StartFailure startStoppable(StoppableChild &child, StartRequest &&request, StartReport *later)
{
    request.ownGroup = child.m_scope != StoppableChild::Process;
    request.leavesTerminal = request.ownGroup;
    PrivateCgroup none;
    PrivateCgroup &group = child.m_own ? child.m_own->group : none;
    if (child.m_own)
        group = PrivateCgroup::make(request.options.controlGroup, request.executable);
    StartResult result = startGuarded(group, std::move(request), later);
    child.setWatch(std::move(result.watch));
    return std::move(result.failure);
}

StartResult startOrphan(const StartPlan &plan)
{
    StartResult result = {.failure = errorOf(plan)};
    if (!result.failure)
        result.failure = detachedError(plan.options());
    const int savedErrno = errno;
    if (!result.failure)
        result = System::startOrphan(plan);
    errno = savedErrno;
    if (result.failure)
        StartNames::of(plan).complete(result.failure);
    return result;
}

StartResult forkChild(const UserCode &code)
{
    if (const FailedStep error = wishError())
        return {.failure = error};
    keepCodeLoaded();
    return System::forkChild(code);
}

bool SpawnCall::leadsGroup() const
{
    short flags = 0;
    pid_t group = -1;
    return attributes && ::posix_spawnattr_getflags(attributes, &flags) == 0
        && (flags & POSIX_SPAWN_SETPGROUP) != 0 && ::posix_spawnattr_getpgroup(attributes, &group) == 0
        && group == 0;
}

int SpawnCall::start(pid_t *pid) const
{
    const auto spawn = searchesPath ? ::posix_spawnp : ::posix_spawn;
    return startUnlessBusy([&] { return spawn(pid, path, actions, attributes, argv, envp); });
}

ExitWatchPtr spawnChild(const SpawnCall &call, int &errorCode)
{
    errorCode = wishError().errorCode;
    if (errorCode != 0)
        return nullptr;
    keepCodeLoaded();
    const WriteEnds::Copy copy; // libc's child closes them only by its exec.
    return System::spawnChild(call, errorCode);
}

} // namespace ForkFd::Internal

namespace ForkFd {

/// Returns how this process notices the end of its children: by pidfds if the kernel offers them,
/// otherwise by SIGCHLD. The environment variable FORKFD_BACKEND (`auto`, `pidfd`, `sigchld`) selects
/// the backend. If that backend is unavailable or unknown, every start fails with step `backend`, and
/// this function returns what it would return with `auto`. The result may change once, from PidFd to
/// SigChld, when the first start finds that a filter refuses every call that returns a pidfd.
///
/// Never blocks. May be called from any thread; not async-signal-safe.
/// **Errors:** none.
/// \since 0.1
Backend backend() noexcept
{
    Internal::backendWish(); // Fixes the wish, even if the result does not depend on it.
    return Internal::System::backend();
}

/// The name is that of the best interface that this process has not found missing so far;
/// docs/design/start.md has the table. A start that finds an interface missing, or refused by a filter,
/// uses the next one. So the result may change, and is certain only after a start. A child with a
/// childProcessModifier() that needs a copy of the memory is created with another interface. The result
/// is a static string.
///
/// Never blocks. May be called from any thread; not async-signal-safe.
/// **Errors:** none.
/// \since 0.1
const char *rung() noexcept
{
    return Internal::System::rungFor({});
}

} // namespace ForkFd
