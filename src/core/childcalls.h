// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CHILDCALLS_H
#define FORKFD_CHILDCALLS_H

#include "childsetup.h"

#include <sys/types.h>

/// What a child asks of the system that POSIX does not offer, or libc only with a lock.
// Runs in the child between clone and exec: async-signal-safe calls only.
namespace ForkFd::Internal::ChildCalls {

/// Makes every descriptor from `lowest` on close-on-exec.
void markCloseOnExecFrom(int lowest) noexcept;

/// Makes the effective user and group the real ones. False with errno. A parent that shares the memory
/// stays as dumpable as it was.
bool resetIds() noexcept;

/// A ChildContext::createOrphan for a child that shares its parent's memory. Linux only.
pid_t cloneOrphan(ChildContext &context) noexcept;

} // namespace ForkFd::Internal::ChildCalls

#endif
