// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The child that exits at once. Every figure includes its run time, so it does as little as possible: it
// is static, and the kernel enters this function directly, without any start-up code.

#include <sys/syscall.h>
#include <unistd.h>

extern "C" [[noreturn]] void _start()
{
    for (;;)
        syscall(SYS_exit_group, 3); // Works although libc is not initialized.
}
