// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/descriptormarks.h"

#include <algorithm>

#include <unistd.h>

namespace ForkFd::Internal {

int DescriptorMarks::endOfOpen() noexcept
{
    // The limit may be a billion (containerd, LimitNOFILE=infinity). Descriptors above `highest` exist
    // only if fs.nr_open was raised. The result matters only without close_range(2) and /proc.
    constexpr long highest = 1024 * 1024;
    const long limit = ::sysconf(_SC_OPEN_MAX);
    return static_cast<int>(limit < 0 ? highest : std::min(limit, highest));
}

} // namespace ForkFd::Internal
