// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/clone_linux.h"

#include <cerrno>

namespace ForkFd::Internal {

int clone3OnOwnStack(clone_args *, int (*)(void *), void *) noexcept
{
    errno = ENOSYS;
    return -1;
}

} // namespace ForkFd::Internal
