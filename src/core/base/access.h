// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_ACCESS_H
#define FORKFD_CORE_BASE_ACCESS_H

#include <fcntl.h>
#include <unistd.h>

namespace ForkFd::Internal {

/// Whether the calling thread may use a file in this way (X_OK, W_OK). Like open(2) and execve(2), and
/// unlike access(2), it checks the effective IDs. Sets errno if it may not.
inline bool mayAccess(const char *path, int mode) noexcept
{
    if (::faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0)
        return true;
    // libc calls faccessat2(2), which Linux has since 5.8. An old filter refuses that call for every
    // file, with EPERM or another errno. If the effective IDs are the real ones, access(2) gives the
    // answer.
    return ::geteuid() == ::getuid() && ::getegid() == ::getgid() && ::access(path, mode) == 0;
}

} // namespace ForkFd::Internal

#endif
