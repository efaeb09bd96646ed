// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_QUIETWRITE_H
#define FORKFD_CORE_BASE_QUIETWRITE_H

#include <ForkFd/export.h>

#include <sys/types.h>
#include <sys/uio.h>

namespace ForkFd::Internal {

/// Like writev(2), but raises no SIGPIPE, and does not change the disposition of the process. Never
/// returns EINTR. Not a cancellation point.
FORKFD_EXPORT ssize_t writeQuietly(int fd, const iovec *pieces, int count) noexcept;

/// Does the same with SIGPIPE blocked in the calling thread, for systems that cannot write without it.
/// It raises no SIGXFSZ either: with RLIMIT_FSIZE a write to a file fails with EFBIG.
ssize_t writeWithSignalBlocked(int fd, const iovec *pieces, int count) noexcept;

} // namespace ForkFd::Internal

#endif
