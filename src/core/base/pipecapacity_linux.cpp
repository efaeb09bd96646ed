// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/pipecapacity.h"

#include <fcntl.h>

namespace ForkFd::Internal {

// Since Linux 2.6.35. The limits for an unprivileged user are in /proc/sys/fs/pipe-max-size and
// pipe-user-pages-soft (pipe(7)). EBUSY: the pipe contains more than the new capacity.
bool setPipeCapacity(int fd, int capacity) noexcept
{
    return ::fcntl(fd, F_SETPIPE_SZ, capacity) >= capacity;
}

} // namespace ForkFd::Internal
