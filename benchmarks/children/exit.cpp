// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The child that only exits. What it takes is in every figure, so it takes as little as a program can:
// it is static, and there is nothing before its first instruction, which is this function.

#include <sys/syscall.h>
#include <unistd.h>

extern "C" [[noreturn]] void _start()
{
    for (;;)
        syscall(SYS_exit_group, 3); // libc itself is not set up, but this function needs nothing of it.
}
