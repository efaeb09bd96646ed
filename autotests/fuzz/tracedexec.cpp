// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "tracedexec.h"

#include "fuzzer.h"

#include <cerrno>
#include <csignal>
#include <fstream>

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Fuzz {

namespace {

constexpr int notTraced = 255; // No errno.

[[noreturn]] void runChild(const std::function<void()> &exec)
{
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0)
        _exit(notTraced);
    exec();
    _exit(errno);
}

// The second argument of the interpreter.
std::string scriptOf(pid_t child)
{
    std::ifstream arguments("/proc/" + std::to_string(child) + "/cmdline");
    std::string argument;
    std::getline(arguments, argument, '\0');
    std::getline(arguments, argument, '\0');
    return argument;
}

int waitFor(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            throw Fault("exec: the child is gone");
    }
    return status;
}

} // namespace

// A tracee stops at SIGTRAP after an exec (ptrace(2)).
TracedExec::TracedExec(const std::function<void()> &exec)
{
    const pid_t child = fork();
    if (child < 0)
        throw Fault("exec: no child");
    if (child == 0)
        runChild(exec);
    int status = waitFor(child);
    isExecuted = !WIFEXITED(status);
    if (WIFSTOPPED(status)) {
        script = scriptOf(child);
        kill(child, SIGKILL);
        while (WIFSTOPPED(status))
            status = waitFor(child);
    } else if (WIFEXITED(status)) {
        isTried = WEXITSTATUS(status) != notTraced;
        errorCode = WEXITSTATUS(status);
    }
}

} // namespace Fuzz
