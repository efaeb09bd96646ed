// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_SIGCHLD_CHAIN_H
#define FORKFD_CORE_WATCH_SIGCHLD_CHAIN_H

#include <sys/types.h>

namespace ForkFd::Internal::SigChldChain {

/// Called for every SIGCHLD before the handler that was there before ours, with the child's number, or
/// with 0 when it is not known. Async-signal-safe calls only.
using Listener = void (*)(pid_t pid) noexcept;

/// Sees to it that a handler of ours is the current action. False when another thread is about it, or
/// when it was done so often that no more is possible.
bool install(Listener listener);

/// Whether the action that ours stands for ignored SIGCHLD: then a new program must find it ignored.
bool standsForIgnore() noexcept;

/// Whether the kernel reaped every child unasked before we came, and nobody has come above us since.
/// Async-signal-safe.
bool standsForAutomaticReaping() noexcept;

} // namespace ForkFd::Internal::SigChldChain

#endif
