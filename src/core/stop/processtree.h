// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_PROCESSTREE_H
#define FORKFD_CORE_STOP_PROCESSTREE_H

#include "core/base/refusal.h"

#include <initializer_list>
#include <vector>

#include <sys/types.h>

namespace ForkFd::Internal {

class ExitWatch;

/// A process of a tree. Another process that gets its number has another start time.
struct TreeMember
{
    pid_t pid;
    unsigned long long startTime; ///< In clock ticks since the boot.
};

/// How to signal a tree in a shortage.
enum class InShortage {
    Repeat, ///< Send no signal: the caller repeats the call, and can still find the tree then.
    SignalGroup ///< Signal the group. The rest of the tree cannot be found after that.
};

/// Whether processes that are not our children may be held by a pidfd. Returns 0 or an errno, which is
/// that of a shortage if the answer is unknown at present. With the SIGCHLD backend pidfd_open(2) is
/// tried, unless FORKFD_BACKEND asks for that backend and the thread could be killed for the call.
int checkHolding(const ExitWatch &root) noexcept;
/// Whether signalTree() walks: this needs checkHolding(), pidfd_open(2) and /proc.
bool canWalk(const ExitWatch &root) noexcept;

/// Sends the signals, one after another, to a child, its process group, and the descendants of both. A
/// process that has lost its parent and left the group is not found. With SIGKILL each process is
/// stopped when it is found, so that it cannot start others, and the search is repeated until it finds
/// no new process.
///
/// Needs two free descriptors, however large the tree is. If processes may not be held, it signals only
/// the group. Blocks for a walk through /proc, and for a second at most while processes start others.
/// Returns 0 or an errno: ESRCH if no process was reached; ETIMEDOUT if processes were still starting
/// others at the end; EMFILE, ENFILE or ENOMEM in a shortage, after which no process stays stopped.
int signalTree(ExitWatch &root, std::initializer_list<int> signals, InShortage inShortage) noexcept;

/// The child, its process group, and the descendants of both, zombies included, as one or two walks find
/// them; none if the child was collected, or without /proc. Throws std::system_error in a shortage.
std::vector<TreeMember> findTree(ExitWatch &root);

/// Whether the group has a member that is not a zombie. False without /proc, true in a shortage.
bool hasLivingMember(pid_t group) noexcept;

} // namespace ForkFd::Internal

#endif
