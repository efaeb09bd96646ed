// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_LIBRARYTHREAD_H
#define FORKFD_LIBRARYTHREAD_H

#include <ForkFd/export.h>

namespace ForkFd::Internal {

/// Starts a detached thread, which may live as long as the process, with every signal blocked that libc
/// lets go, so that no handler of the program runs in it and signalfd(2) users miss nothing.
/// `name` has 15 characters at most. Returns 0 or an errno.
FORKFD_EXPORT int startLibraryThread(const char *name, void (*main)(void *), void *argument) noexcept;

} // namespace ForkFd::Internal

#endif
