// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_INTERPOSEDPRCTL_H
#define FORKFD_INTERPOSEDPRCTL_H

#include <atomic>
#include <cstdarg>

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Called before prctl(2), with its first two arguments; null: nothing is. It may be called in several
/// threads at once, and in a child before its exec.
inline std::atomic<void (*)(int option, unsigned long argument)> beforePrctl = nullptr;

// Replaces libc's function for the library, too.
extern "C" int prctl(int option, ...) noexcept
{
    va_list list;
    va_start(list, option);
    unsigned long arguments[4];
    for (unsigned long &argument : arguments)
        argument = va_arg(list, unsigned long);
    va_end(list);
    if (const auto before = beforePrctl.load())
        before(option, arguments[0]);
    return static_cast<int>(
        syscall(SYS_prctl, option, arguments[0], arguments[1], arguments[2], arguments[3]));
}

#endif
