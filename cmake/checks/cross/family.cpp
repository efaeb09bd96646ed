// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The forkfd family.

#include "check.h"

#include <ForkFd/forkfd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <sys/resource.h>
#include <unistd.h>

namespace {

/// Checks how the child of an exit descriptor ended, and closes the descriptor.
void checkEnd(int ffd, int code, int status)
{
    ForkFd::forkfd_info info = {};
    struct rusage usage;
    usage.ru_maxrss = -1;
    check(ffd >= 0 && ForkFd::forkfd_wait(ffd, &info, &usage) == 0, "wait");
    check(usage.ru_maxrss >= 0, "resource usage");
    check(info.code == code && info.status == status, "end: " + std::to_string(info.status));
    check(ForkFd::forkfd_close(ffd) == 0, "close");
}

} // namespace

void copiedProcess()
{
    for (const int flags : {ForkFd::FFD_CLOEXEC, ForkFd::FFD_CLOEXEC | ForkFd::FFD_USE_FORK}) {
        pid_t pid = -1;
        const int ffd = ForkFd::forkfd(flags, &pid);
        if (ffd == ForkFd::FFD_CHILD_PROCESS)
            ::_exit(7);
        checkEnd(ffd, CLD_EXITED, 7);
    }
    // The child waits for a signal, so it has not ended before the first wait.
    pid_t pid = -1;
    const int ffd = ForkFd::forkfd(ForkFd::FFD_CLOEXEC, &pid);
    if (ffd == ForkFd::FFD_CHILD_PROCESS) {
        for (;;)
            ::pause();
    }
    ForkFd::forkfd_info info = {};
    check(ForkFd::forkfd_wait4(ffd, &info, ForkFd::FFDW_NOHANG, nullptr) == -1 && errno == EAGAIN,
          "an end of a child that runs");
    check(::kill(pid, SIGKILL) == 0, "kill");
    checkEnd(ffd, CLD_KILLED, SIGKILL);
}

void calledFunction()
{
    int number = 9;
    const int ffd = ForkFd::vforkfd(
        ForkFd::FFD_CLOEXEC, nullptr, [](void *token) { return *static_cast<int *>(token); }, &number);
    checkEnd(ffd, CLD_EXITED, 9);
}

void spawnedProgram()
{
    char name[] = "sh";
    char option[] = "-c";
    char script[] = "exit 5";
    char *const argv[] = {name, option, script, nullptr};
    const int flags = ForkFd::FFD_CLOEXEC | ForkFd::FFD_SPAWN_SEARCH_PATH;
    checkEnd(ForkFd::spawnfd(flags, nullptr, "sh", nullptr, nullptr, argv, nullptr), CLD_EXITED, 5);
    const int ffd =
        ForkFd::spawnfd(ForkFd::FFD_CLOEXEC, nullptr, "/nonexistent", nullptr, nullptr, argv, nullptr);
    if (ffd == -1)
        return check(errno == ENOENT, "a program that does not exist");
    // libc's posix_spawn(3) reports an error through shared memory, which an emulator copies.
    note("posix_spawn(3) does not report that the program does not exist");
    checkEnd(ffd, CLD_EXITED, 127);
}
