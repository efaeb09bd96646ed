// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/start.h"

#include "core/base/staycode.h"
#include "core/start/failure.h"
#include "core/start/plan.h"
#include "core/start/startreport.h"
#include "core/watch/exitwatch.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace ForkFd::Internal {

namespace {

BackendWish readWish() noexcept
{
    const char *variable = std::getenv("FORKFD_BACKEND");
    const std::string_view wish = variable ? variable : "";
    if (wish.empty() || wish == "auto")
        return BackendWish::Auto;
    if (wish == "pidfd")
        return BackendWish::PidFd;
    return wish == "sigchld" ? BackendWish::SigChld : BackendWish::Unknown;
}

// Options that a detached program cannot have.
FailedStep detachedError(const LaunchOptions &options) noexcept
{
    if (options.dieWithParent)
        return {Step::DieWithParent, EINVAL}; // The program's parent ends before the program begins.
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

// Not a static of backendWish(): a fork() while another thread initializes it would leave it locked in
// the copy.
constinit std::atomic<BackendWish> knownWish = BackendWish::NotAsked;

} // namespace

BackendWish backendWish() noexcept
{
    BackendWish wish = knownWish.load(std::memory_order_relaxed);
    if (wish != BackendWish::NotAsked)
        return wish;
    // All threads use the first answer.
    const BackendWish fresh = readWish();
    return knownWish.compare_exchange_strong(wish, fresh, std::memory_order_relaxed) ? fresh : wish;
}

ExitWatchPtr startChild(const StartPlan &plan, StartFailure &failure, StartReport *later)
{
    failure = plan.error() ? plan.error() : wishError();
    // ChildProcess has already turned this into newSession and controllingTerminal.
    if (!failure && plan.options().pseudoTerminal)
        failure = {Step::PseudoTerminal, ENOTSUP};
    StartNames names = StartNames::of(plan); // Before there is a child: this allocates.
    const int savedErrno = errno;
    ExitWatchPtr watch;
    if (!failure) {
        keepCodeLoaded();
        watch = System::startChild(plan, failure, later);
    }
    errno = savedErrno;
    if (!watch)
        names.complete(failure);
    else if (later)
        later->setNames(std::move(names));
    return watch;
}

pid_t startOrphan(const StartPlan &plan, StartFailure &failure)
{
    failure = plan.error() ? plan.error() : wishError();
    if (!failure)
        failure = detachedError(plan.options());
    const int savedErrno = errno;
    const pid_t pid = failure ? -1 : System::startOrphan(plan, failure);
    errno = savedErrno;
    if (pid < 0)
        StartNames::of(plan).complete(failure);
    return pid;
}

ForkSide forkChild(const UserCode &code, ExitWatchPtr &watch, int &errorCode)
{
    errorCode = wishError().errorCode;
    if (errorCode != 0)
        return ForkSide::Failed;
    keepCodeLoaded();
    return System::forkChild(code, watch, errorCode);
}

ExitWatchPtr spawnChild(const SpawnCall &call, int &errorCode)
{
    errorCode = wishError().errorCode;
    if (errorCode != 0)
        return nullptr;
    keepCodeLoaded();
    return System::spawnChild(call, errorCode);
}

} // namespace ForkFd::Internal

namespace ForkFd {

/// How this process notices the end of its children: by pidfd if the kernel offers it, else by SIGCHLD.
/// The environment variable FORKFD_BACKEND (`auto`, `pidfd`, `sigchld`) selects the backend. If that
/// backend is unavailable or unknown, every start fails with step `backend`, and the result is the one
/// of `auto`. The result may change from PidFd to SigChld once, when the first start finds that a
/// filter refuses every call that gives a pidfd.
///
/// Never blocks. May be called from any thread; not async-signal-safe.
/// **Errors:** none.
/// \since 0.1
Backend backend() noexcept
{
    Internal::backendWish(); // Fixes the wish, even if the result does not depend on it.
    return Internal::System::backend();
}

} // namespace ForkFd
