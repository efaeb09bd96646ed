// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Runs in the child between clone and exec: async-signal-safe calls only.

#include "core/start/descriptormarks.h"

#include <algorithm>

#include <fcntl.h>

namespace ForkFd::Internal {

void DescriptorMarks::markEachFrom(int lowest, int end) noexcept
{
    constexpr int patience = 1024;
    end += patience;
    for (int fd = lowest; fd < end; ++fd) {
        if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
            end = std::max(end, fd + 1 + patience);
    }
}

} // namespace ForkFd::Internal
