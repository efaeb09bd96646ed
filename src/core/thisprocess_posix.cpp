// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "thisprocess.h"

#include "forkcount.h"

namespace ForkFd::Internal {

std::uint32_t processStamp() noexcept
{
    return stampOfForkCount();
}

} // namespace ForkFd::Internal
