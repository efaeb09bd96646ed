// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_STARTERTHREAD_LINUX_H
#define FORKFD_STARTERTHREAD_LINUX_H

#include <functional>

namespace ForkFd::Internal {

/// Calls `function` in a thread that lives as long as the process, has the calling thread's scheduling,
/// nice value, processors and I/O priority, and no other work meanwhile. Returns, or throws, when
/// `function` does. False when there is no such thread and none can be made.
///
/// For children that die with their parent: PR_SET_PDEATHSIG means the thread that has made them.
bool callInStarterThread(const std::function<void()> &function);

} // namespace ForkFd::Internal

#endif
