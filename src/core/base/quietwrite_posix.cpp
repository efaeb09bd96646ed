// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/quietwrite.h"

namespace ForkFd::Internal {

ssize_t writeQuietly(int fd, const iovec *pieces, int count) noexcept
{
    return writeWithSignalBlocked(fd, pieces, count);
}

} // namespace ForkFd::Internal
