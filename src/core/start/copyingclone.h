// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_COPYINGCLONE_H
#define FORKFD_CORE_START_COPYINGCLONE_H

#include <sys/types.h>

namespace ForkFd::Internal {

/// fork() without the handlers of pthread_atfork(3), which async-signal-safe code does not need.
/// `flags` are those of clone(2) with the exit signal. With CLONE_PIDFD the parent's `*mark` gets the
/// pidfd.
pid_t copyingClone(unsigned long flags, int *mark) noexcept;

} // namespace ForkFd::Internal

#endif
