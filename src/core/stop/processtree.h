// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_PROCESSTREE_H
#define FORKFD_CORE_STOP_PROCESSTREE_H

#include <cerrno>
#include <initializer_list>

#include <sys/types.h>

namespace ForkFd::Internal {

class ExitWatch;

/// Whether a lack of descriptors or memory is the reason: it may be over in a moment.
inline bool isShortage(int errorCode) noexcept
{
    return errorCode == EMFILE || errorCode == ENFILE || errorCode == ENOMEM;
}

/// What a shortage does to a signal for a tree.
enum class InShortage {
    Repeat, ///< No signal is sent: the caller repeats the call, and the tree can still be found then.
    SignalGroup ///< The group gets the signal. What the group leaves behind cannot be found any more.
};

/// Sends these signals, one after another, to a child, its process group, and all that descends from
/// either, as far as parents can be followed: a process that has lost its parent and left the group is
/// not found. With SIGKILL each process is stopped when it is found, so that it cannot go on to start
/// others; the search is repeated until it finds no new process.
///
/// It needs two free descriptors, however many processes there are. Where the system has no pidfd or
/// FORKFD_BACKEND forbids them, it reaches the group alone. Blocks for a walk through /proc, a second at
/// most. Returns 0 or an errno: ESRCH when no process was reached, EMFILE, ENFILE or ENOMEM in a
/// shortage. No process stays stopped then.
int signalTree(ExitWatch &root, std::initializer_list<int> signals, InShortage inShortage) noexcept;

/// Whether the group has a member that is no zombie. False where the system cannot tell.
bool hasLivingMember(pid_t group) noexcept;

} // namespace ForkFd::Internal

#endif
