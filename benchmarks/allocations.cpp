// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A library for LD_PRELOAD: counts the allocations of a program, and writes their number to the file
// that FORKFD_ALLOCATIONS names when the program ends. Needs glibc, whose own functions have a second
// name.

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

extern "C" {
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
}

namespace {

std::atomic<unsigned long> allocations{0};

/// Writes the number when the library is unloaded.
struct Report
{
    ~Report()
    {
        const char *path = std::getenv("FORKFD_ALLOCATIONS");
        std::FILE *file = path ? std::fopen(path, "w") : nullptr;
        if (!file)
            return;
        std::fprintf(file, "%lu\n", allocations.load());
        std::fclose(file);
    }
} report;

} // namespace

extern "C" void *malloc(size_t size)
{
    ++allocations;
    return __libc_malloc(size);
}

extern "C" void *calloc(size_t count, size_t size)
{
    ++allocations;
    return __libc_calloc(count, size);
}

extern "C" void *realloc(void *memory, size_t size)
{
    ++allocations;
    return __libc_realloc(memory, size);
}

extern "C" void *aligned_alloc(size_t alignment, size_t size)
{
    ++allocations;
    return __libc_memalign(alignment, size);
}

extern "C" int posix_memalign(void **result, size_t alignment, size_t size)
{
    ++allocations;
    *result = __libc_memalign(alignment, size);
    return *result ? 0 : ENOMEM;
}
