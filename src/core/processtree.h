// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_PROCESSTREE_H
#define FORKFD_PROCESSTREE_H

#include <initializer_list>

#include <sys/types.h>

namespace ForkFd::Internal {

class ExitWatch;

/// Sends these signals, one after another, to a child, its process group, and all that descends from
/// either, as far as parents can be followed: a process that has lost its parent and left the group is
/// not found. With SIGKILL each process is stopped when it is found, so that it cannot go on to start
/// others; the search is repeated until it finds no new process.
///
/// It needs two free descriptors, however many processes there are. Without them, and where the system
/// has no pidfd or FORKFD_BACKEND forbids them, it reaches the group alone. Blocks for a walk through
/// /proc, a second at most. Returns 0 or an errno: ESRCH when no process was reached, EMFILE, ENFILE or
/// ENOMEM when the walk was cut short by that.
int signalTree(ExitWatch &root, std::initializer_list<int> signals) noexcept;
inline int signalTree(ExitWatch &root, int signal) noexcept
{
    return signalTree(root, {signal});
}

/// Whether the group has a member that is no zombie. False where the system cannot tell.
bool hasLivingMember(pid_t group) noexcept;

} // namespace ForkFd::Internal

#endif
