// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/pipecapacity.h"

#include <fcntl.h>

namespace ForkFd::Internal {

// Since Linux 2.6.35; what an ordinary user may have is in /proc/sys/fs/pipe-max-size and
// pipe-user-pages-soft (pipe(7)). EBUSY: the pipe holds more than it is to hold.
bool setPipeCapacity(int fd, int capacity) noexcept
{
    return ::fcntl(fd, F_SETPIPE_SZ, capacity) >= capacity;
}

} // namespace ForkFd::Internal
