// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/guardedstart.h"

#include <cerrno>

namespace ForkFd::Internal {

int launchGuardian(int)
{
    return ENOTSUP;
}

} // namespace ForkFd::Internal
