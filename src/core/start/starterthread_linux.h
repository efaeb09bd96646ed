// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_STARTERTHREAD_LINUX_H
#define FORKFD_CORE_START_STARTERTHREAD_LINUX_H

#include <functional>

#include <sys/types.h>

namespace ForkFd::Internal {

/// Calls `function`, which makes a child and returns its number (-1: none), in a new thread that lives
/// as long as that child. Returns, or throws, when `function` does. Returns 0, or an errno when there is
/// no thread to be had.
///
/// The thread has all that the calling one has, known to us or not: identity, capabilities, filters,
/// namespaces, directory, scheduling. So the child gets what a child of the caller would get.
///
/// For children that die with their parent: PR_SET_PDEATHSIG means the thread that has made them.
int callInStarterThread(const std::function<pid_t()> &function);

} // namespace ForkFd::Internal

#endif
