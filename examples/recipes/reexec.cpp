// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-recipe-reexec
//
// Starts a child and executes itself, as a program does that updates itself while it runs. The new
// program finds the child again, and prints how it ended.

#include <ForkFd/spawn.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

static int executeItself(char **argv)
{
    ForkFd::LaunchOptions options;
    options.processGroup = 0; // Keeps its exit status in the kernel until a wait, on both backends.
    const auto child = ForkFd::spawn({.argv = {"sh", "-c", "exit 3"}}, options);
    if (!child)
        return 1;
    std::string number = std::to_string(child->pid());
    std::array<char *, 3> arguments = {argv[0], number.data(), nullptr};
    execvp(argv[0], arguments.data());
    return 1;
}

static int waitForChild(pid_t pid)
{
    siginfo_t end = {};
    while (waitid(P_PID, static_cast<id_t>(pid), &end, WEXITED) != 0) {
        if (errno != EINTR)
            return 1; // ECHILD: the program before us had collected it.
    }
    std::printf("%s %d\n", end.si_code == CLD_EXITED ? "exit code" : "signal", end.si_status);
    return 0;
}

int main(int argc, char **argv)
{
    return argc > 1 ? waitForChild(static_cast<pid_t>(std::atol(argv[1]))) : executeItself(argv);
}
