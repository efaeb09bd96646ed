// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/pipecapacity.h"

namespace ForkFd::Internal {

bool setPipeCapacity(int, int) noexcept
{
    return false;
}

} // namespace ForkFd::Internal
