// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/clone_linux.h"

#include <cerrno>

#include <linux/sched.h>
#include <sys/syscall.h>

namespace ForkFd::Internal {

int clone3OnOwnStack(clone_args *args, int (*entry)(void *), void *argument) noexcept
{
    // The child leaves the system call with an empty stack. It cannot return from here or find a local
    // variable, so it calls `entry` at once. The kernel clobbers rcx and r11 (syscall(2), "Architecture
    // calling conventions") and keeps all other registers, in parent and child.
    long result = SYS_clone3;
    register int (*childEntry)(void *) asm("r8") = entry;
    register void *childArgument asm("r9") = argument;
    asm volatile("syscall\n\t"
                 "test %%rax, %%rax\n\t"
                 "jnz 1f\n\t"
                 "xor %%ebp, %%ebp\n\t" // The outermost frame, for debuggers (System V ABI 3.4.1).
                 "mov %[argument], %%rdi\n\t"
                 "call *%[entry]\n\t"
                 "ud2\n"
                 "1:"
                 : "+a"(result)
                 : "D"(args),
                   "S"(sizeof(clone_args)), [entry] "r"(childEntry), [argument] "r"(childArgument)
                 : "rcx", "r11", "cc", "memory");
    if (result < 0) {
        errno = static_cast<int>(-result);
        return -1;
    }
    return static_cast<int>(result);
}

} // namespace ForkFd::Internal
