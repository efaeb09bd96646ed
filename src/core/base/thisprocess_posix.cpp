// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/thisprocess.h"

namespace ForkFd::Internal {

std::uint32_t processStamp() noexcept
{
    return stampOfForkCount();
}

} // namespace ForkFd::Internal
