// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Resource limits; see setrlimit(2).

#include "surrounding.h"

#include <cstdlib>

#include <sys/mman.h>
#include <sys/resource.h>

// The text of EAGAIN.
#define AGAIN "Resource temporarily unavailable"

namespace Surroundings {

namespace {

constexpr rlim_t kibibyte = 1024;
constexpr rlim_t mebibyte = 1024 * kibibyte;

Surrounding::Entry limiting(int resource, rlim_t soft)
{
    return [=]() -> std::string {
        const auto which = static_cast<__rlimit_resource_t>(resource);
        rlimit limit = {};
        if (::getrlimit(which, &limit) != 0)
            return failed("getrlimit");
        limit.rlim_cur = soft;
        return ::setrlimit(which, &limit) == 0 ? "" : failed("setrlimit");
    };
}

// More than half of what the program needs is thread stacks and arenas of malloc(3), each 64 MiB.
std::string limitAddresses()
{
    ::setenv("MALLOC_ARENA_MAX", "1", 1);
    return limiting(RLIMIT_AS, 512 * mebibyte)();
}

std::string raiseDescriptors()
{
    rlimit limit = {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? "" : failed("setrlimit");
}

std::string lockMemory()
{
    return ::mlockall(MCL_CURRENT | MCL_FUTURE) == 0 ? "" : failed("mlockall");
}

// The limit does not hold for root.
std::string limitLockedMemory()
{
    const rlimit limit = {256 * mebibyte, 256 * mebibyte};
    return ::setrlimit(RLIMIT_MEMLOCK, &limit) == 0 ? becomeNobody() : failed("setrlimit");
}

} // namespace

std::vector<Surrounding> limitSurroundings()
{
    const char *tooMany = "descriptors: " FORKFD_SURROUNDED_CHILD ": Too many open files";
    const char *noProcess = "the limit counts threads and children";
    const char *shadow = "a sanitizer reserves address space";
    const char *stack = "a sanitizer needs more stack";
    return {
        {.name = "no descriptors",
         .within = limiting(RLIMIT_NOFILE, 0),
         .differences = {{"exit code", tooMany, "a start needs descriptors"},
                         {"forkfd()", "no child: Too many open files",
                          "an exit descriptor is one, too"}},
         .only = {"exit code", "forkfd()"}},
        {.name = "48 descriptors",
         .enter = limiting(RLIMIT_NOFILE, 48),
         .differences = {{"fifty children", tooMany, "each has a descriptor"}}},
        {.name = "1024 descriptors", .enter = limiting(RLIMIT_NOFILE, 1024)},
        {.name = "all descriptors that root permits", .enter = raiseDescriptors},
        {.name = "512 MiB of addresses", .enter = limitAddresses, .notWithSanitizers = shadow},
        {.name = "no file size", .enter = limiting(RLIMIT_FSIZE, 0)},
        {.name = "64 KiB of stack",
         .enter = limiting(RLIMIT_STACK, 64 * kibibyte),
         .notWithSanitizers = stack},
        {.name = "stack without limit", .enter = limiting(RLIMIT_STACK, RLIM_INFINITY)},
        {.name = "no queued signals", .enter = limiting(RLIMIT_SIGPENDING, 0)},
        {.name = "no processes",
         .enter = becomeNobody,
         .within = limiting(RLIMIT_NPROC, 0),
         .differences = {{"exit code", "clone: " FORKFD_SURROUNDED_CHILD ": " AGAIN, noProcess},
                         {"forkfd()", "no child: " AGAIN, noProcess},
                         {"run()", "clone: " FORKFD_SURROUNDED_CHILD ": " AGAIN, noProcess}},
         .only = {"exit code", "forkfd()", "run()"}},
        {.name = "locked memory up to a limit",
         .enter = limitLockedMemory,
         .within = lockMemory,
         .notWithSanitizers = shadow},
        {.name = "locked memory", .within = lockMemory, .notWithSanitizers = shadow},
    };
}

} // namespace Surroundings
