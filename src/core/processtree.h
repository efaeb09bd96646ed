// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_PROCESSTREE_H
#define FORKFD_PROCESSTREE_H

namespace ForkFd::Internal {

class ExitWatch;

/// Signals a child, its process group, and all that descends from either, as far as parents can be
/// followed: what has lost its parent and left the group is not found. With SIGKILL each one is stopped
/// when it is found, so that none goes on to start others; it is looked for until nothing new turns up.
///
/// Where the system has no pidfd, or FORKFD_BACKEND forbids them, it reaches the group alone. Blocks for
/// a walk through /proc, a second at most. Returns 0 or an errno; ESRCH when nothing was reached.
int signalTree(ExitWatch &root, int signal) noexcept;

} // namespace ForkFd::Internal

#endif
