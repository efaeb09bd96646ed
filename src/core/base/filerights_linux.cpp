// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/filerights.h"

#include <sys/auxv.h>

namespace ForkFd::Internal {

// Tells the state at the exec: the program may have given up its rights since then (getauxval(3)).
bool hasRightsOfItsFile() noexcept
{
    return ::getauxval(AT_SECURE) != 0;
}

} // namespace ForkFd::Internal
