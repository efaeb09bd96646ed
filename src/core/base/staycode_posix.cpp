// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/staycode.h"

namespace ForkFd::Internal {

CodePlace placeOf(const void *) noexcept
{
    return CodePlace::Unknown;
}

} // namespace ForkFd::Internal
