// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FORKFD_H
#define FORKFD_FORKFD_H

#include <ForkFd/export.h>

/// \file
/// The part of ForkFd that needs neither Qt nor C++ types.

namespace ForkFd {

/// How the end of a child is noticed.
enum class Backend {
    PidFd, ///< A Linux pidfd for each child (Linux 5.4 or newer).
    SigChld ///< One SIGCHLD handler for the process, on every POSIX system.
};

/// The backend that this process uses.
FORKFD_EXPORT Backend backend() noexcept;

} // namespace ForkFd

#endif
