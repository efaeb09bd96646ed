// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_START_H
#define FORKFD_CORE_START_START_H

#include "core/start/failure.h"

#include <ForkFd/forkfd.h>
#include <ForkFd/spawn.h>

#include <string>

#include <spawn.h>

namespace ForkFd::Internal {

class StartPlan;
class StartReport;
class StoppableChild;
struct ChildModifier;
struct StartRequest;

/// The result of a start. If it has failed, `failure` says why, and neither a child nor a descriptor is
/// left.
struct StartResult
{
    StartFailure failure = {};
    ExitWatchPtr watch = nullptr; ///< Watches the child.
    pid_t orphan = -1; ///< The program of a detached start.
    bool isInChild = false; ///< forkChild() has returned in the child.
};

/// Creates the child of the plan and begins to watch it. Returns when the child runs its program, was
/// killed before its exec, or has failed. Restores the calling thread's mask, errno and cancellation
/// state on every path.
///
/// With `later` it also returns when a copied child is about to call its modifier. The rest of the
/// report goes to `later`.
StartResult startChild(const StartPlan &plan, StartReport *later = nullptr);

/// The same for a StoppableChild that has no child yet and gets the watch. If the scope asks for it, the
/// child gets a new process group or cgroup, and gives up the controlling terminal that it shares with
/// us. Returns why the start has failed.
FORKFD_EXPORT StartFailure startStoppable(StoppableChild &child, StartRequest &&request,
                                          StartReport *later = nullptr);

/// Starts a detached program, in a new session; init collects it. Returns when the program runs, or the
/// start has failed.
FORKFD_EXPORT StartResult startOrphan(const StartPlan &plan);

/// The parent's code that a child without a plan runs.
struct UserCode
{
    /// Called with `token`; returns the exit code. Null: forkChild() returns in the child.
    int (*function)(void *) = nullptr;
    void *token = nullptr;
    bool wantsFork = false; ///< Use fork(), which calls the handlers of pthread_atfork(3).
};

/// Creates a child that runs the caller's code, and begins to watch it.
StartResult forkChild(const UserCode &code);

/// The arguments of posix_spawn(3) or posix_spawnp(3).
struct SpawnCall
{
    bool searchesPath;
    const char *path;
    const posix_spawn_file_actions_t *actions; ///< May be null.
    const posix_spawnattr_t *attributes; ///< May be null.
    char *const *argv;
    char *const *envp;

    /// Whether the child becomes the leader of a new process group.
    bool leadsGroup() const;
    /// Starts the program. Returns 0 or an errno.
    int start(pid_t *pid) const;
};

/// Starts a child by posix_spawn(3) and begins to watch it. Null with `errorCode` on failure.
ExitWatchPtr spawnChild(const SpawnCall &call, int &errorCode);

/// Each system has its implementation (start_linux.cpp, start_posix.cpp and their siblings).
namespace System {
bool hasPidFd() noexcept;
Backend backend() noexcept;
StartResult startChild(const StartPlan &plan, StartReport *later);
StartResult startOrphan(const StartPlan &plan);
StartResult forkChild(const UserCode &code);
ExitWatchPtr spawnChild(const SpawnCall &call, int &errorCode);
/// The name of the best rung that is left for a child with this modifier.
const char *rungFor(const ChildModifier &modifier) noexcept;
/// The name for ExitWatch::rung().
const char *nameOfRung(unsigned char rung) noexcept;
/// The names of the rungs that were given up, with commas between them.
std::string rungsGivenUp();
} // namespace System

} // namespace ForkFd::Internal

#endif
