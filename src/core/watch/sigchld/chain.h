// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_SIGCHLD_CHAIN_H
#define FORKFD_CORE_WATCH_SIGCHLD_CHAIN_H

#include <sys/types.h>

namespace ForkFd::Internal::SigChldChain {

/// Called for every SIGCHLD before the handler that ours replaced, with the child's number, or with 0 if
/// it is not known. Async-signal-safe calls only.
using Listener = void (*)(pid_t pid) noexcept;

/// Makes a handler of ours the current action. Does nothing if another thread is doing so, if all entry
/// points are used up, or if the current handler is that of another copy of this library and calls ours.
void install(Listener listener);

/// Whether the action that ours replaced ignored SIGCHLD: a new program must then find it ignored.
bool standsForIgnore() noexcept;

/// Whether SIGCHLD was auto-reaping before our handler was installed, and no other handler has been
/// installed over it since. Async-signal-safe.
bool standsForAutomaticReaping() noexcept;

/// Whether the kernel would reap a child that ends now, because SIGCHLD would be auto-reaping without
/// our handler. Not for children that have ended before: they may belong to another handler.
/// Async-signal-safe.
bool standsForAutomaticReapingNow() noexcept;

} // namespace ForkFd::Internal::SigChldChain

#endif
