// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/descriptormarks.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <dirent.h>
#include <unistd.h>

namespace ForkFd::Internal {

int DescriptorMarks::endOfOpen() noexcept
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

} // namespace ForkFd::Internal
