// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "outsiders.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>

#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace Load {

namespace {

// The wait status, or -1.
int waitFor(pid_t pid)
{
    int status = -1;
    while (::waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return -1;
    }
    return status;
}

// The shell is replaced by the program, or waits for it.
std::string commandLine(int code)
{
    return FORKFD_LOAD_CHILD " exit " + std::to_string(code);
}

int viaSystem(int code)
{
    return std::system(commandLine(code).c_str()); // NOLINT(cert-env33-c): the call under test
}

int viaPopen(int code)
{
    std::FILE *pipe =
        ::popen(commandLine(code).c_str(), "re"); // NOLINT(cert-env33-c): the call under test
    if (!pipe)
        return -2;
    while (std::getc(pipe) != EOF) { }
    return ::pclose(pipe);
}

int viaPosixSpawn(int code)
{
    std::string number = std::to_string(code);
    char program[] = FORKFD_LOAD_CHILD;
    char word[] = "exit";
    char *argv[] = {program, word, number.data(), nullptr};
    pid_t pid = -1;
    return ::posix_spawn(&pid, program, nullptr, nullptr, argv, environ) == 0 ? waitFor(pid) : -2;
}

int viaFork(int code)
{
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(code);
    return pid < 0 ? -2 : waitFor(pid);
}

} // namespace

void startOutsider(Judge &judge, std::mt19937 &random)
{
    constexpr int (*ways[])(int) = {viaSystem, viaPopen, viaPosixSpawn, viaFork};
    const Disturbance::Mark thefts = judge.theft.mark();
    const Disturbance::Mark shortages = judge.shortage.mark();
    const auto way = random() % std::size(ways);
    const int code = static_cast<int>(random() % 126); // The shell gives the codes above a meaning.
    const int status = ways[way](code);
    ++judge.outsiders;
    const bool isLost = status < 0 && judge.theft.wasSince(thefts);
    const bool hasFailed =
        judge.shortage.wasSince(shortages); // Also in the shell: no descriptor for its pipe.
    if (status != code << 8 && !isLost && !hasFailed)
        judge.fail("a child of other code, by way " + std::to_string(way) + ", has wait status "
                   + std::to_string(status) + " instead of code " + std::to_string(code));
}

void keepStartingOutsiders(Judge &judge, std::uint32_t seed, const std::atomic<bool> &isDone)
{
    std::mt19937 random(seed);
    while (!isDone) {
        startOutsider(judge, random);
        ::poll(nullptr, 0, static_cast<int>(random() % 4));
    }
}

} // namespace Load
