// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "scenario.h"

#include <ForkFd/forkfd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include <poll.h>
#include <unistd.h>

namespace Surroundings {

namespace {

std::string endOf(int ffd)
{
    if (ffd < 0)
        return std::string("no child: ") + std::strerror(errno);
    pollfd entry = {ffd, POLLIN, 0};
    int ready;
    while ((ready = ::poll(&entry, 1, patience)) < 0 && errno == EINTR) { }
    ForkFd::forkfd_info info = {};
    int result = -1;
    if (ready == 1) {
        while ((result = ForkFd::forkfd_wait(ffd, &info, nullptr)) != 0 && errno == EINTR) { }
    }
    std::string text = ready != 1 ? "is not readable"
        : result != 0             ? std::string("wait: ") + std::strerror(errno)
                      : (info.code == CLD_EXITED ? "code " : "signal ") + std::to_string(info.status);
    if (ForkFd::forkfd_close(ffd) != 0)
        text += ", cannot be closed";
    return text;
}

std::string forked(int flags)
{
    const int ffd = ForkFd::forkfd(flags, nullptr);
    if (ffd == ForkFd::FFD_CHILD_PROCESS)
        ::_exit(7);
    return endOf(ffd);
}

std::string forkedAtOnce()
{
    return forked(ForkFd::FFD_CLOEXEC);
}

std::string forkedByLibc()
{
    return forked(ForkFd::FFD_CLOEXEC | ForkFd::FFD_USE_FORK);
}

std::string vforked()
{
    const auto body = [](void *) { return 7; };
    return endOf(ForkFd::vforkfd(ForkFd::FFD_CLOEXEC, nullptr, body, nullptr));
}

std::string spawned()
{
    char program[] = FORKFD_SURROUNDED_CHILD;
    char word[] = "exit";
    char code[] = "7";
    char *const arguments[] = {program, word, code, nullptr};
    return endOf(
        ForkFd::spawnfd(ForkFd::FFD_CLOEXEC, nullptr, program, nullptr, nullptr, arguments, nullptr));
}

} // namespace

std::vector<Scenario> familyScenarios()
{
    return {{"forkfd()", forkedAtOnce, "code 7"},
            {"forkfd() by fork()", forkedByLibc, "code 7"},
            {"vforkfd()", vforked, "code 7"},
            {"spawnfd()", spawned, "code 7"}};
}

} // namespace Surroundings
