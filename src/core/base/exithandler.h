// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_EXITHANDLER_H
#define FORKFD_CORE_BASE_EXITHANDLER_H

#include <ForkFd/export.h>

namespace ForkFd::Internal {

/// Registers a handler with atexit(3). False if there is no memory.
///
/// libc has a lock for its handlers, which exit(3) takes, too. A copy that fork(2) makes while a thread
/// registers a handler would find the lock locked for ever. So fork() waits until atexit() has returned,
/// and atexit() is called when no fork() is under way. Both wait for a limited time only.
FORKFD_EXPORT bool callAtExit(void (*handler)()) noexcept;

} // namespace ForkFd::Internal

#endif
