// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_THISPROCESS_H
#define FORKFD_THISPROCESS_H

#include <ForkFd/export.h>

#include <sys/types.h>

namespace ForkFd::Internal {

/// getpid(2), where possible without a system call, to recognize a forked copy where that is asked all
/// the time. Only for code that never runs in a child that shares our memory: it would take itself for
/// us.
FORKFD_EXPORT pid_t thisProcess() noexcept;

} // namespace ForkFd::Internal

#endif
