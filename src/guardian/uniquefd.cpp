// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/uniquefd.h"

#include <unistd.h>

namespace ForkFd::Internal {

// Simpler than the library's function: the guardian has one thread and no children.
void UniqueFd::reset(int fd) noexcept
{
    const int old = std::exchange(m_fd, fd);
    if (old >= 0)
        ::close(old);
}

} // namespace ForkFd::Internal
