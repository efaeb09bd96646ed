// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/parent_calls.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

#ifdef O_SEARCH // In POSIX since 2008, but glibc does not have it.
constexpr int searchOnly = O_SEARCH;
#else
constexpr int searchOnly = O_RDONLY; // Needs the right to read, which fchdir(2) does not.
#endif

} // namespace

int ParentCalls::endOfOpenDescriptors() noexcept
{
    // POSIX has no /dev/fd; Linux, macOS, the BSDs and Solaris have it.
    const std::unique_ptr<DIR, int (*)(DIR *)> directory(::opendir("/dev/fd"), ::closedir);
    int end = 0;
    while (const dirent *entry = directory ? ::readdir(directory.get()) : nullptr)
        end = std::max(end, std::atoi(entry->d_name) + 1);
    constexpr long highest = 1024 * 1024;
    const long limit = ::sysconf(_SC_OPEN_MAX);
    return end > 0 ? end : static_cast<int>(limit < 0 ? highest : std::min(limit, highest));
}

UniqueFd ParentCalls::openCurrentDirectory() noexcept
{
    return UniqueFd(::open(".", searchOnly | O_DIRECTORY | O_CLOEXEC));
}

UniqueFd ParentCalls::openControlGroup(const char *) noexcept
{
    errno = ENOTSUP;
    return {};
}

} // namespace ForkFd::Internal
