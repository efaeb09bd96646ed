// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "thisprocess.h"

#include <unistd.h>

namespace ForkFd::Internal {

pid_t thisProcess() noexcept
{
    return ::getpid();
}

} // namespace ForkFd::Internal
