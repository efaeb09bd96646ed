// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/threadcount.h"

namespace ForkFd::Internal {

int threadsWithoutMain() noexcept
{
    return -1;
}

} // namespace ForkFd::Internal
