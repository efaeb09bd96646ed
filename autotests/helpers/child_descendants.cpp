// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The words that leave a grandchild.

#include "child_words.h"

#include <cstdio>
#include <string>

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

void leaveGrandchild(Arguments &)
{
    const pid_t pid = fork();
    if (pid == 0)
        sleepForEver();
    std::printf("%d\n", static_cast<int>(pid));
}

// Returns when the grandchild has its group or session, or is a daemon.
void leaveBranch(Arguments &arguments)
{
    const std::string how = arguments.next();
    int isReady[2];
    if (pipe(isReady) != 0)
        std::exit(1);
    const pid_t pid = fork();
    if (pid == 0) {
        close(isReady[0]);
        if (how == "daemon" && (setsid() < 0 || fork() != 0))
            _exit(0);
        if ((how == "group" && setpgid(0, 0) != 0) || (how == "session" && setsid() < 0))
            _exit(1);
        close(isReady[1]);
        sleepForEver();
    }
    close(isReady[1]);
    awaitEndOfFile(isReady[0]);
    close(isReady[0]);
    if (how == "daemon")
        waitpid(pid, nullptr, 0);
}

void moveToAnotherGroup(Arguments &)
{
    int isReady[2];
    if (pipe(isReady) != 0)
        std::exit(1);
    const pid_t other = fork();
    if (other == 0) {
        close(isReady[0]);
        if (setpgid(0, 0) != 0)
            _exit(1);
        close(isReady[1]);
        sleepForEver();
    }
    close(isReady[1]);
    awaitEndOfFile(isReady[0]);
    close(isReady[0]);
    if (setpgid(0, other) != 0)
        std::exit(1);
}

// Returns in the grandchild, after the child has exited.
void leaveHeir(Arguments &arguments)
{
    std::fflush(stdout);
    const int code = arguments.number();
    int life[2];
    if (pipe(life) != 0)
        std::exit(98);
    if (fork() != 0)
        _exit(code);
    close(life[1]);
    awaitEndOfFile(life[0]);
    close(life[0]);
}

// The grandchildren are as the child from here on.
void multiply(Arguments &arguments)
{
    for (int count = arguments.number(); count > 0; --count) {
        if (fork() == 0)
            return;
    }
}

void letGrandchildTrace(Arguments &)
{
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); // Otherwise Yama lets no child trace its parent.
    int isReady[2];
    if (pipe(isReady) != 0 || fork() == 0) {
        const bool traces = ptrace(PTRACE_SEIZE, getppid(), nullptr, nullptr) == 0;
        std::printf("%d\n", traces ? static_cast<int>(getpid()) : 0);
        std::fflush(stdout);
        if (!traces)
            _exit(0);
        close(isReady[0]);
        close(isReady[1]);
        sleepForEver();
    }
    close(isReady[1]);
    char none;
    while (read(isReady[0], &none, 1) < 0) { }
    close(isReady[0]);
}

constexpr Word words[] = {
    {"fork", "", leaveGrandchild,
     "leaves a grandchild that sleeps and keeps every descriptor; prints its pid"},
    {"branch", "HOW", leaveBranch,
     "leaves a grandchild that sleeps and keeps every descriptor: in the \"same\" group, in a new "
     "\"group\" or \"session\", or as a \"daemon\", whose parent has ended"},
    {"move", "", moveToAnotherGroup, "moves to the group of a grandchild that sleeps"},
    {"heir", "N", leaveHeir,
     "exits with code N; after that a grandchild carries out the remaining arguments"},
    {"crowd", "N", multiply, "leaves N grandchildren, which carry out the remaining arguments, too"},
    {"traced", "", letGrandchildTrace,
     "is traced from now on, so that no process can reap it while its tracer lives: a grandchild that "
     "sleeps and keeps every descriptor; prints its pid, or 0"},
};

} // namespace

std::span<const Word> descendantWords()
{
    return words;
}
