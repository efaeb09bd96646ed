// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The samples about the core, without Qt; see childprocess.cpp.

#include <ForkFd/forkfd.h>
#include <ForkFd/spawn.h>

#include <csignal>
#include <cstdint>
#include <cstdio>

#include <unistd.h>

static void report(std::int32_t)
{
}

static void runTool()
{
    pid_t pid;
    int ffd = ForkFd::forkfd(ForkFd::FFD_CLOEXEC, &pid);
    if (ffd == ForkFd::FFD_CHILD_PROCESS) {
        execl("/usr/bin/tool", "tool", nullptr);
        _exit(127);
    }
    // Here the parent may poll(2) ffd among other descriptors.
    ForkFd::forkfd_info info;
    if (ffd >= 0 && ForkFd::forkfd_wait(ffd, &info, nullptr) == 0 && info.code == CLD_EXITED)
        report(info.status);
    ForkFd::forkfd_close(ffd);
}

static void startLoginShell()
{
    ForkFd::spawn({.argv = {"-sh"}, .program = "/bin/sh", .environmentChanges = {{"TERM", "dumb"}}});
}

static void printPlan()
{
    std::fputs(ForkFd::describe({.argv = {"make", "-j4"}}, {.niceValue = 10}).c_str(), stderr);
}

int main()
{
    runTool();
    startLoginShell();
    printPlan();
    return 0;
}
