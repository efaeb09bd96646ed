// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_PIPECAPACITY_H
#define FORKFD_PIPECAPACITY_H

#include <ForkFd/export.h>

namespace ForkFd::Internal {

/// Makes a pipe hold more, where the system can do that and lets the user have so much. False if it
/// stays as it is.
FORKFD_EXPORT bool enlargePipe(int fd, int capacity) noexcept;

} // namespace ForkFd::Internal

#endif
