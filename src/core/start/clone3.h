// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_CLONE3_H
#define FORKFD_CORE_START_CLONE3_H

struct clone_args;

namespace ForkFd::Internal {

/// clone3(2) for a child on a separate stack, which libc does not offer. The child calls `entry` with
/// `argument`. Returns the child's pid, or -1 with errno; ENOSYS if this architecture has no stub.
int clone3OnOwnStack(clone_args *args, int (*entry)(void *), void *argument) noexcept;

} // namespace ForkFd::Internal

#endif
