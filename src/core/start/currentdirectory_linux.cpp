// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/currentdirectory.h"

#include <fcntl.h>

namespace ForkFd::Internal {

UniqueFd openCurrentDirectory() noexcept
{
    // This link (Linux 3.17) leads there without the right to search the directory, and without a
    // question to a file system that may not answer. It is the thread's, which may have a directory of
    // its own (unshare(2), CLONE_FS).
    constexpr int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    UniqueFd directory(::open("/proc/thread-self/cwd", flags));
    if (!directory)
        directory.reset(::open(".", flags));
    return directory;
}

} // namespace ForkFd::Internal
