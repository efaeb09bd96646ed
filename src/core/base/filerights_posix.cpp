// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/filerights.h"

#include <unistd.h>

namespace ForkFd::Internal {

// POSIX does not tell how the program was executed.
bool hasRightsOfItsFile() noexcept
{
    return ::getuid() != ::geteuid() || ::getgid() != ::getegid();
}

} // namespace ForkFd::Internal
