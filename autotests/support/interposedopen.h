// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_INTERPOSEDOPEN_H
#define FORKFD_INTERPOSEDOPEN_H

#include <atomic>
#include <cstdarg>

#include <fcntl.h>

/// Called before open(2); null: nothing is. Returns the path to open in place of `path`. It may be
/// called in several threads at once.
inline std::atomic<const char *(*)(const char *path)> beforeOpen = nullptr;

// Replaces libc's function for the library, too.
extern "C" int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    const auto before = beforeOpen.load();
    return openat(AT_FDCWD, before ? before(path) : path, flags, mode);
}

#endif
