// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_PROCFILE_LINUX_H
#define FORKFD_CORE_BASE_PROCFILE_LINUX_H

#include "core/base/uniquefd.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

namespace ForkFd::Internal {

/// Whether /proc numbers the processes as this process does. The /proc of another PID namespace does
/// not: here its numbers mean other processes (pid_namespaces(7)). If not, sets errno as if /proc were
/// not mounted.
inline bool isProcOurs() noexcept
{
    char number[16];
    const ssize_t size = ::readlink("/proc/self", number, sizeof number - 1);
    if (size < 0)
        return false;
    number[size] = '\0';
    errno = ENOENT;
    return std::atoi(number) == ::getpid();
}

/// Opens a file of /proc/PID. On failure returns no descriptor, with errno.
inline UniqueFd openProcFile(pid_t pid, const char *name) noexcept
{
    char path[32];
    std::snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    return isProcOurs() ? UniqueFd(::open(path, O_RDONLY | O_CLOEXEC)) : UniqueFd();
}

/// Reads the beginning of a file that the kernel makes. Empty text and false if that fails, or if `file`
/// is not open.
template<std::size_t size>
bool readText(const UniqueFd &file, char (&text)[size]) noexcept
{
    const ssize_t count = file ? ::read(file.get(), text, size - 1) : -1;
    text[count > 0 ? count : 0] = '\0';
    return count > 0;
}

} // namespace ForkFd::Internal

#endif
