// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_START_H
#define FORKFD_CORE_START_START_H

#include "core/start/failure.h"

#include <ForkFd/forkfd.h>
#include <ForkFd/spawn.h>

namespace ForkFd::Internal {

class StartPlan;
class StartReport;
struct SpawnCall;
struct UserCode;

/// Creates the child of the plan and begins to watch it. Returns when the child runs its program, was
/// killed before its exec, or has failed.
///
/// Null if nothing was started; then `failure` says why, and neither a child nor a descriptor is left.
/// Restores the calling thread's mask, errno and cancellation state on every path.
///
/// With `later` it also returns when a copied child is about to call its modifier. The rest of the
/// report goes to `later`.
FORKFD_EXPORT ExitWatchPtr startChild(const StartPlan &plan, StartFailure &failure,
                                      StartReport *later = nullptr);

/// Starts a detached program, in a new session; init collects it. Returns its number when it runs, or
/// -1 with `failure`; then no process is left.
FORKFD_EXPORT pid_t startOrphan(const StartPlan &plan, StartFailure &failure);

/// Where forkChild() returns.
enum class ForkSide { Failed, Parent, Child };
/// Creates a child that runs the caller's code, and begins to watch it. Without a function it returns
/// in the child, too. Sets `watch` in the parent. On failure it sets `errorCode` and leaves neither a
/// child nor a descriptor.
ForkSide forkChild(const UserCode &code, ExitWatchPtr &watch, int &errorCode);

/// Starts a child by posix_spawn(3) and begins to watch it. Null with `errorCode` on failure.
ExitWatchPtr spawnChild(const SpawnCall &call, int &errorCode);

/// The backend that the environment variable FORKFD_BACKEND asks for.
enum class BackendWish { NotAsked, Auto, PidFd, SigChld, Unknown };
/// Read once and kept for the life of the process; never NotAsked.
BackendWish backendWish() noexcept;

/// Each system has its implementation (start_linux.cpp, start_posix.cpp).
namespace System {
bool hasPidFd() noexcept;
Backend backend() noexcept;
ExitWatchPtr startChild(const StartPlan &plan, StartFailure &failure, StartReport *later);
pid_t startOrphan(const StartPlan &plan, StartFailure &failure);
ForkSide forkChild(const UserCode &code, ExitWatchPtr &watch, int &errorCode);
ExitWatchPtr spawnChild(const SpawnCall &call, int &errorCode);
} // namespace System

} // namespace ForkFd::Internal

#endif
