// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_PIDFDOPEN_H
#define FORKFD_PIDFDOPEN_H

#include <atomic>
#include <cerrno>
#include <cstdarg>

#include <dlfcn.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/// Called before pidfd_open(2) for another process; null: nothing is. The result is the errno of the
/// call; with 0 the kernel answers.
inline std::atomic<int (*)(pid_t)> beforePidFdOpen = nullptr;

// Replaces syscall() for the library, too. Like libc's, it reads six words, however many there are:
// AddressSanitizer must not look at that.
extern "C" __attribute__((no_sanitize_address)) long syscall(long number, ...) noexcept
{
    static const auto next = reinterpret_cast<long (*)(long, ...)>(dlsym(RTLD_NEXT, "syscall"));
    long words[6];
    va_list list;
    va_start(list, number);
    for (long &word : words)
        word = va_arg(list, long);
    va_end(list);
    const auto before = beforePidFdOpen.load();
    const auto pid = static_cast<pid_t>(words[0]);
    if (const int errorCode = number == SYS_pidfd_open && before && pid != getpid() ? before(pid) : 0) {
        errno = errorCode;
        return -1;
    }
    return next(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

#endif
