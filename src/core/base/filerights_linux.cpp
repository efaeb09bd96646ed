// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/filerights.h"

#include <sys/auxv.h>

namespace ForkFd::Internal {

// Of the exec: the program may have given its rights up since (getauxval(3)).
bool hasRightsOfItsFile() noexcept
{
    return ::getauxval(AT_SECURE) != 0;
}

} // namespace ForkFd::Internal
