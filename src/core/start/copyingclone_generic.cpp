// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/copyingclone.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace ForkFd::Internal {

pid_t copyingClone(unsigned long flags, int *mark) noexcept
{
    // Architectures differ in the order of the last two arguments, which are null here (clone(2), "C
    // library/kernel differences").
    return static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, mark, nullptr, nullptr));
}

} // namespace ForkFd::Internal
