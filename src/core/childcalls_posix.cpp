// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Runs in the child between clone and exec: async-signal-safe calls only.

#include "childcalls.h"

#include <fcntl.h>
#include <unistd.h>

namespace ForkFd::Internal {

void ChildCalls::markCloseOnExecFrom(int lowest) noexcept
{
    const long end = ::sysconf(_SC_OPEN_MAX);
    for (int fd = lowest; fd < end; ++fd)
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

bool ChildCalls::resetIds() noexcept
{
    return ::setgid(::getgid()) == 0 && ::setuid(::getuid()) == 0;
}

} // namespace ForkFd::Internal
