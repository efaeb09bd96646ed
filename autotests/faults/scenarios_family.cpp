// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "scenario.h"

#include <ForkFd/forkfd.h>

#include <cerrno>
#include <csignal>

#include <unistd.h>

namespace Faults {

using namespace ForkFd;

namespace {

// Collects the child and closes its descriptor. Tries each once more after a failure, as users may.
std::string endOf(int ffd)
{
    forkfd_info info = {};
    struct rusage usage;
    if (forkfd_wait(ffd, &info, &usage) != 0 && forkfd_wait(ffd, &info, &usage) != 0) {
        const std::string result = std::string("wait: ") + std::to_string(errno);
        forkfd_close(ffd);
        return result;
    }
    const std::string result = std::to_string(info.code) + ' ' + std::to_string(info.status);
    return forkfd_close(ffd) == 0 ? result : result + ", not closed";
}

std::string forked(int flags)
{
    pid_t pid = -1;
    const int ffd = forkfd(flags, &pid);
    if (ffd == FFD_CHILD_PROCESS)
        _exit(3);
    return ffd < 0 ? failure(errno) : endOf(ffd);
}

std::string forkfdScenario()
{
    return forked(FFD_CLOEXEC);
}

std::string realFork()
{
    return forked(FFD_CLOEXEC | FFD_USE_FORK);
}

std::string vforked()
{
    pid_t pid = -1;
    const int ffd = vforkfd(
        FFD_CLOEXEC, &pid, [](void *) { return 3; }, nullptr);
    return ffd < 0 ? failure(errno) : endOf(ffd);
}

std::string spawned()
{
    static char program[] = FORKFD_FAULTS_CHILD;
    static char check[] = "check";
    static char list[] = "0,1,2";
    static char word[] = "exit";
    static char code[] = "3";
    char *arguments[] = {program, check, list, word, code, nullptr};
    const int ffd = spawnfd(FFD_CLOEXEC, nullptr, program, nullptr, nullptr, arguments, nullptr);
    return ffd < 0 ? failure(errno) : endOf(ffd);
}

// No answer while the child runs. Then a wait that leaves the zombie, and the same answer again.
std::string waitedFor()
{
    pid_t pid = -1;
    const int ffd = vforkfd(
        FFD_CLOEXEC, &pid, [](void *) { return 3; }, nullptr);
    if (ffd < 0)
        return failure(errno);
    forkfd_info info = {};
    const int looked = forkfd_wait4(ffd, &info, FFDW_NOWAIT, nullptr);
    const int again = forkfd_wait4(ffd, &info, FFDW_NOHANG, nullptr);
    return std::to_string(looked) + ' ' + std::to_string(again) + ' ' + endOf(ffd);
}

std::string closed()
{
    pid_t pid = -1;
    static char program[] = FORKFD_FAULTS_CHILD;
    static char word[] = "sleep";
    char *arguments[] = {program, word, nullptr};
    const int ffd = spawnfd(FFD_CLOEXEC, &pid, program, nullptr, nullptr, arguments, nullptr);
    if (ffd < 0)
        return failure(errno);
    const int result = forkfd_close(ffd);
    {
        const Quiet quiet;
        ::kill(pid, SIGTERM);
    }
    return (result == 0 ? "closed, " : "not closed, ")
        + std::string(allChildrenGo() ? "collected" : "left");
}

} // namespace

std::vector<Scenario> familyScenarios()
{
    return {{"forkfd", forkfdScenario}, {"forkfdUseFork", realFork}, {"vforkfd", vforked},
            {"spawnfd", spawned},       {"waitedFor", waitedFor},    {"closed", closed}};
}

} // namespace Faults
