// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/callerattributes.h"

#include <atomic>

namespace ForkFd::Internal {

std::uint64_t numberOfThisThread() noexcept
{
    static constinit std::atomic<std::uint64_t> last = 0;
    thread_local std::uint64_t number = 0;
    if (number == 0)
        number = ++last;
    return number;
}

} // namespace ForkFd::Internal
