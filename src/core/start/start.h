// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_START_H
#define FORKFD_CORE_START_START_H

#include "core/start/failure.h"

#include <ForkFd/forkfd.h>
#include <ForkFd/spawn.h>

namespace ForkFd::Internal {

class LaunchPlan;
class StartReport;
struct SpawnCall;
struct UserCode;

/// Creates the child that the plan describes and begins to watch it. Returns when the child runs
/// its program, was killed on the way there, or has failed.
///
/// Null when nothing was started; then `failure` says why, and neither a child nor a descriptor is
/// left. The calling thread's mask, errno and cancellation state come back on every path.
///
/// With `later` it also returns when a child with a copy of our memory is about to call its modifier,
/// and `later` then tells what becomes of the start.
FORKFD_EXPORT ExitWatchPtr launch(const LaunchPlan &plan, LaunchFailure &failure,
                                  StartReport *later = nullptr);

/// Creates a process that is nobody's child here: it lives in a new session, and init collects it.
/// Returns its number when it runs its program, or -1 with `failure`; then there is none.
FORKFD_EXPORT pid_t launchDetached(const LaunchPlan &plan, LaunchFailure &failure);

/// Where forkChild() has returned to.
enum class ForkSide { Failed, Parent, Child };
/// Creates a child that runs the caller's code and begins to watch it. Returns in the child only if the
/// code has no function, and then also there. `watch` is set in the parent; `errorCode` on failure, and
/// then neither a child nor a descriptor is left.
ForkSide forkChild(const UserCode &code, ExitWatchPtr &watch, int &errorCode);

/// Starts a child by posix_spawn(3) and begins to watch it. Null with `errorCode` on failure.
ExitWatchPtr spawnChild(const SpawnCall &call, int &errorCode);

/// What the environment variable FORKFD_BACKEND asks for.
enum class BackendWish { NotAsked, Auto, PidFd, SigChld, Unknown };
/// Read once and kept for the life of the process; never NotAsked.
BackendWish backendWish() noexcept;

/// The system's own part (start_linux.cpp, start_posix.cpp).
namespace System {
bool hasPidFd() noexcept;
Backend backend() noexcept;
ExitWatchPtr launch(const LaunchPlan &plan, LaunchFailure &failure, StartReport *later);
pid_t launchDetached(const LaunchPlan &plan, LaunchFailure &failure);
ForkSide forkChild(const UserCode &code, ExitWatchPtr &watch, int &errorCode);
ExitWatchPtr spawnChild(const SpawnCall &call, int &errorCode);
} // namespace System

} // namespace ForkFd::Internal

#endif
