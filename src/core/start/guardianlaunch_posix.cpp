// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/guardedstart.h"

#include <cerrno>

namespace ForkFd::Internal {

int launchGuardian(int, PrivateCgroup &)
{
    return ENOTSUP;
}

} // namespace ForkFd::Internal
