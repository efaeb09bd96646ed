// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Signal dispositions, masks and stacks.

#include "surrounding.h"

#include <csignal>
#include <cstdint>

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Surroundings {

namespace {

void handle(int)
{
}

// Works before the exec for SIG_IGN, and within for all others.
Surrounding::Entry handling(int signal, void (*handler)(int), int flags = 0)
{
    return [=] {
        struct sigaction action = {};
        action.sa_handler = handler;
        action.sa_flags = flags;
        return ::sigaction(signal, &action, nullptr) == 0 ? "" : failed("sigaction");
    };
}

// Whether the kernel still knows the exit status of a child that was reaped: Linux 6.15. Without that a
// program with pidfds loses it where the kernel reaps the children.
bool isStatusKept()
{
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(0);
    const auto pidFd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    ::waitpid(pid, nullptr, 0);
    struct
    {
        std::uint64_t mask;
        std::uint64_t rest[7];
    } info = {8 /* PIDFD_INFO_EXIT */, {}};
    const bool isKept =
        ::ioctl(pidFd, _IOWR(0xFF, 11, info) /* PIDFD_GET_INFO */, &info) == 0 && (info.mask & 8) != 0;
    ::close(pidFd);
    return isKept;
}

std::string refuseToLoseStatus()
{
    return isStatusKept()
        ? ""
        : "the kernel loses the status of children that it reaps itself (before Linux 6.15)";
}

std::string ignoreChildren()
{
    const std::string reason = refuseToLoseStatus();
    return reason.empty() ? handling(SIGCHLD, SIG_IGN)() : reason;
}

Surrounding::Entry blocking(int signal)
{
    return [=] {
        sigset_t set;
        if (signal == 0)
            sigfillset(&set);
        else
            sigemptyset(&set);
        if (signal != 0)
            sigaddset(&set, signal);
        return ::sigprocmask(SIG_BLOCK, &set, nullptr) == 0 ? "" : failed("sigprocmask");
    };
}

// The handler runs on a stack of this size. A page below it is not accessible.
Surrounding::Entry stackOf(std::size_t size)
{
    return [=]() -> std::string {
        const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        void *memory =
            ::mmap(nullptr, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED || ::mprotect(memory, page, PROT_NONE) != 0)
            return failed("mmap");
        stack_t stack = {};
        stack.ss_sp = static_cast<char *>(memory) + page;
        stack.ss_size = size;
        if (::sigaltstack(&stack, nullptr) != 0)
            return failed("sigaltstack"); // Smaller than AT_MINSIGSTKSZ, Linux 5.14.
        return handling(SIGCHLD, handle, SA_ONSTACK | SA_RESTART)();
    };
}

} // namespace

std::vector<Surrounding> signalSurroundings()
{
    const Surrounding::Difference noUsage = {"usage", "no figures", "the kernel has reaped the child",
                                             "auto"};
    const Surrounding::Difference openedByNumber = {
        "spawnfd()", nullptr,
        "before glibc 2.39 its pidfd is opened by number, too late for a child that is reaped"};
    const char *stack = "a sanitizer needs more stack";
    return {
        {.name = "SIGCHLD ignored", .enter = ignoreChildren, .differences = {noUsage, openedByNumber}},
        {.name = "SIGCHLD blocked", .enter = blocking(SIGCHLD)},
        {.name = "SA_NOCLDWAIT",
         .enter = refuseToLoseStatus,
         .within = handling(SIGCHLD, SIG_DFL, SA_NOCLDWAIT),
         .differences = {noUsage, openedByNumber}},
        {.name = "SIGCHLD handler", .within = handling(SIGCHLD, handle)},
        {.name = "SIGCHLD handler with SA_RESTART", .within = handling(SIGCHLD, handle, SA_RESTART)},
        {.name = "signal stack of 8 KiB", .within = stackOf(8192), .notWithSanitizers = stack},
        {.name = "signal stack of 16 KiB", .within = stackOf(16384), .notWithSanitizers = stack},
        {.name = "all signals blocked",
         .enter = blocking(0),
         .differences = {{"stop", nullptr, "the child inherits the mask"},
                         {"time limit", nullptr, "the child inherits the mask"},
                         {"run() with a time limit", nullptr, "the child inherits the mask"}}},
        {.name = "SIGPIPE ignored", .enter = handling(SIGPIPE, SIG_IGN)},
    };
}

} // namespace Surroundings
