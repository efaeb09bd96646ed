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
    // variable, so it calls `entry` at once. The kernel changes x0 alone, in parent and child
    // (syscall(2), "Architecture calling conventions").
    register long number asm("x8") = SYS_clone3;
    register long result asm("x0") = reinterpret_cast<long>(args);
    register unsigned long size asm("x1") = sizeof(clone_args);
    register int (*childEntry)(void *) asm("x2") = entry;
    register void *childArgument asm("x3") = argument;
    asm volatile("svc #0\n\t"
                 "cbnz x0, 1f\n\t"
                 "mov x29, xzr\n\t" // The outermost frame, for debuggers (AAPCS64, "The Frame Pointer").
                 "mov x0, %[argument]\n\t"
                 "blr %[entry]\n\t"
                 "brk #1\n"
                 "1:"
                 : "+r"(result)
                 : "r"(number), "r"(size), [entry] "r"(childEntry), [argument] "r"(childArgument)
                 : "cc", "memory");
    if (result < 0) {
        errno = static_cast<int>(-result);
        return -1;
    }
    return static_cast<int>(result);
}

} // namespace ForkFd::Internal
