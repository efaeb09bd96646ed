// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/controlgroup.h"

#include <cerrno>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

namespace ForkFd::Internal {

UniqueFd ControlGroup::open(const char *path) noexcept
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
