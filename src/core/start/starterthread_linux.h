// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_STARTERTHREAD_LINUX_H
#define FORKFD_CORE_START_STARTERTHREAD_LINUX_H

#include <functional>

#include <sys/types.h>

namespace ForkFd::Internal {

/// Calls `function`, which makes a child and returns its number (-1: none), in a new thread that lives
/// as long as that child. Returns 0 when `function` has returned, and rethrows its exception. Returns
/// an errno if the thread could not be made.
///
/// The thread inherits everything from the calling thread: identity, capabilities, filters, namespaces,
/// directory, scheduling. So the child gets what a child of the caller would get.
///
/// For dieWithParent: PR_SET_PDEATHSIG follows the thread that made the child.
int callInStarterThread(const std::function<pid_t()> &function);

} // namespace ForkFd::Internal

#endif
