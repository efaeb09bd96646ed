// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Tools that watch the program or translate its instructions.

#include "surrounding.h"

#include <cstdlib>

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Surroundings {

namespace {

// A container or Yama may forbid it; see ptrace(2).
std::string needTracing()
{
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 ? 0 : 1);
    int status = 1;
    ::waitpid(pid, &status, 0);
    return status == 0 ? "" : "processes may not be traced";
}

// gdb starts the program with the user's shell.
std::string needTracingAndShell()
{
    ::setenv("SHELL", "/bin/sh", 1);
    return needTracing();
}

// While there are other threads, valgrind 3.19 cannot extend the main thread's stack for a signal.
std::string extendStack()
{
    volatile char bytes[64 * 1024];
    for (std::size_t i = 0; i < sizeof bytes; i += 1024)
        bytes[sizeof bytes - 1 - i] = 0;
    return {};
}

#if defined(__x86_64__)
constexpr const char *emulator = "qemu-x86_64";
#elif defined(__aarch64__)
constexpr const char *emulator = "qemu-aarch64";
#else
constexpr const char *emulator = "qemu-user";
#endif

} // namespace

// They are slow, so that only a few scenarios are played.
std::vector<Surrounding> toolSurroundings()
{
    const std::vector<const char *> few = {"exit code", "signal",   "missing program", "output",
                                           "killed",    "forkfd()", "spawnfd()",       "three pipes",
                                           "run()",     "tree"};
    // These turn a clone into a copy.
    const Surrounding::Difference slowExec = {"missing program", nullptr,
                                              "on a busy machine an exec here takes more than the 100 "
                                              "ms for which a start waits after a copy"};
    // A tracer may kill a thread for a system call, like a filter.
    const Surrounding::Difference noWalk =
        treeIsGroup("below a tracer SIGCHLD holds no descendants", "sigchld");
    const char *traced = "a sanitizer's leak check does not work under ptrace";
    const char *translated = "it does not work in a program with a sanitizer";
    return {
        {.name = "strace",
         .enter = needTracing,
         .differences = {noWalk},
         .notWithSanitizers = traced,
         .tool = {"strace", "-f", "-qq", "-o", "/dev/null"},
         .only = few},
        {.name = "gdb",
         .enter = needTracingAndShell,
         .differences = {noWalk},
         .notWithSanitizers = traced,
         .tool = {"gdb", "-batch", "-nx", "-ex", "run", "--args"},
         .only = few},
        {.name = "valgrind",
         .within = extendStack,
         .differences = {slowExec, treeIsGroup("valgrind does not know pidfd_open(2)")},
         .notWithSanitizers = translated,
         .tool = {"valgrind", "-q", "--vgdb=no"},
         .only = few},
        {.name = "qemu-user",
         .differences = {slowExec},
         .notWithSanitizers = translated,
         .tool = {emulator},
         .only = few},
    };
}

} // namespace Surroundings
