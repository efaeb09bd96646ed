// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/parent_calls.h"

#include "core/start/start.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

// open_tree(2) with an empty path takes the directory that the thread has, without looking it up: it
// needs no right and asks no file system.
UniqueFd openWithoutLookup() noexcept
{
#ifdef SYS_open_tree
    if (backendWish() != BackendWish::SigChld) // This wish is for filters that kill after a newer call.
        return UniqueFd(
            static_cast<int>(::syscall(SYS_open_tree, AT_FDCWD, "", AT_EMPTY_PATH | O_CLOEXEC)));
#endif
    return {};
}

} // namespace

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
    // This link (Linux 3.17) opens without the right to search the directory, too. It sends requests to
    // few file systems, such as NFS, which may not answer. It belongs to the thread, which may have a
    // current directory separate from the process's (unshare(2), CLONE_FS).
    constexpr int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    UniqueFd directory = openWithoutLookup();
    if (!directory)
        directory.reset(::open("/proc/thread-self/cwd", flags));
    if (!directory)
        directory.reset(::open(".", flags));
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
