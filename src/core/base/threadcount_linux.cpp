// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/threadcount.h"

#include "core/base/uniquefd.h"

#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace ForkFd::Internal {

int threadsWithoutMain() noexcept
{
    const UniqueFd file(::open("/proc/self/stat", O_RDONLY | O_CLOEXEC));
    char text[512];
    const ssize_t size = file ? ::read(file.get(), text, sizeof text - 1) : -1;
    if (size <= 0)
        return -1;
    text[size] = '\0';
    // The file has "pid (name) state …"; the 20th field is the number of threads (proc(5)). The state is
    // that of the main thread, which stays a zombie until the last thread has ended. It is counted, too.
    const char *afterName = std::strrchr(text, ')');
    char state = 0;
    int threads = 0;
    const int found = !afterName
        ? 0
        : std::sscanf(afterName,
                      ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d", &state,
                      &threads);
    return found == 2 && state == 'Z' ? threads - 1 : -1;
}

} // namespace ForkFd::Internal
