// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The samples about the core, without Qt; see childprocess.cpp.

#include <ForkFd/forkfd.h>
#include <ForkFd/spawn.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include <fcntl.h>
#include <poll.h>
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

static void waitForTheFirst()
{
    auto fast = ForkFd::spawn({.argv = {"make", "-C", "tests"}});
    auto slow = ForkFd::spawn({.argv = {"make", "-C", "docs"}});
    if (!fast || !slow)
        return;
    pollfd entries[] = {{fast->descriptor(), POLLIN, 0}, {slow->descriptor(), POLLIN, 0}};
    poll(entries, 2, -1);
    for (auto *child : {&*fast, &*slow}) {
        if (const auto end = child->wait(std::chrono::milliseconds(0))) // Empty: it still runs.
            std::puts(end->toString().c_str());
    }
}

static void readOutput()
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    ForkFd::LaunchOptions options;
    options.fileDescriptors = {{.childFd = STDOUT_FILENO, .parentFd = ends[1]}};
    options.dieWithParent = true;
    ForkFd::StartError error;
    auto child = ForkFd::spawn({.argv = {"git", "status"}}, options, &error);
    close(ends[1]); // Or the loop would never reach the end of file.
    char text[4096];
    ssize_t size;
    while ((size = read(ends[0], text, sizeof text)) > 0)
        std::fwrite(text, 1, static_cast<std::size_t>(size), stdout);
    close(ends[0]);
    std::puts(child ? child->wait()->toString().c_str() : error.toString().c_str());
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
    waitForTheFirst();
    readOutput();
    startLoginShell();
    printPlan();
    return 0;
}
