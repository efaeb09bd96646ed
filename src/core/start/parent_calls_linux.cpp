// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/parent_calls.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace ForkFd::Internal {

int ParentCalls::endOfOpenDescriptors() noexcept
{
    // The limit may be a billion (containerd, LimitNOFILE=infinity). Descriptors above `highest` exist
    // only if fs.nr_open was raised. The result matters only without close_range(2) and /proc.
    constexpr long highest = 1024 * 1024;
    const long limit = ::sysconf(_SC_OPEN_MAX);
    return static_cast<int>(limit < 0 ? highest : std::min(limit, highest));
}

UniqueFd ParentCalls::openCurrentDirectory() noexcept
{
    // EACCES: the calling thread has no right to search the directory. The link (Linux 3.17) needs none.
    // It belongs to the thread, which may have a current directory separate from the process's
    // (unshare(2), CLONE_FS).
    constexpr int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    UniqueFd directory(::open(".", flags));
    if (!directory && errno == EACCES)
        directory.reset(::open("/proc/thread-self/cwd", flags));
    return directory;
}

UniqueFd ParentCalls::openControlGroup(const char *path) noexcept
{
    UniqueFd directory(::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
    struct statfs system = {};
    if (!directory || ::fstatfs(directory.get(), &system) != 0)
        return {};
    if (system.f_type == CGROUP2_SUPER_MAGIC)
        return directory;
    directory.reset();
    errno = ENOTSUP;
    return {};
}

} // namespace ForkFd::Internal
