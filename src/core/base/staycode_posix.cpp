// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/staycode.h"

namespace ForkFd::Internal {

bool isInMainProgram(const void *) noexcept
{
    return false;
}

} // namespace ForkFd::Internal
