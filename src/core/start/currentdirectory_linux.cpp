// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/currentdirectory.h"

#include <fcntl.h>

namespace ForkFd::Internal {

UniqueFd openCurrentDirectory() noexcept
{
    // This link (Linux 3.17) opens without the right to search the directory. It sends requests to few
    // file systems, such as NFS, which may not answer. It belongs to the thread, which may have a
    // current directory separate from the process's (unshare(2), CLONE_FS).
    constexpr int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    UniqueFd directory(::open("/proc/thread-self/cwd", flags));
    if (!directory)
        directory.reset(::open(".", flags));
    return directory;
}

} // namespace ForkFd::Internal
