// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/copyingclone.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace ForkFd::Internal {

pid_t copyingClone(unsigned long flags, int *mark) noexcept
{
    // The stack comes first on this architecture (clone(2), "C library/kernel differences").
    return static_cast<pid_t>(::syscall(SYS_clone, nullptr, flags, mark, nullptr, nullptr));
}

} // namespace ForkFd::Internal
