// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_CLONE3_H
#define FORKFD_CORE_START_CLONE3_H

struct clone_args;

namespace ForkFd::Internal {

/// clone3(2) for a child with a stack of its own, which libc does not offer: calls `entry` with
/// `argument` there. Returns the child's pid, or -1 with errno; ENOSYS where this architecture has
/// no stub for it.
int clone3OnOwnStack(clone_args *args, int (*entry)(void *), void *argument) noexcept;

} // namespace ForkFd::Internal

#endif
