// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "scenario.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace Surroundings {

const std::vector<Scenario> &allScenarios()
{
    static const std::vector<Scenario> all = [] {
        std::vector<Scenario> scenarios;
        for (const auto part :
             {coreScenarios, familyScenarios, objectScenarios, runScenarios, scopeScenarios}) {
            const std::vector<Scenario> some = part();
            scenarios.insert(scenarios.end(), some.begin(), some.end());
        }
        return scenarios;
    }();
    return all;
}

ForkFd::Command child(std::initializer_list<std::string> words)
{
    ForkFd::Command command;
    command.argv.emplace_back(FORKFD_SURROUNDED_CHILD);
    command.argv.insert(command.argv.end(), words);
    return command;
}

std::string outcomeOf(const ForkFd::Command &command, const ForkFd::LaunchOptions &options)
{
    ForkFd::StartError error;
    auto process = ForkFd::spawn(command, options, &error);
    if (!process)
        return error.toString();
    const auto end = process->wait(std::chrono::milliseconds(patience));
    return end ? end->toString() : "does not end";
}

Pipe::Pipe() noexcept
{
    if (::pipe2(ends, O_CLOEXEC) != 0)
        ends[0] = ends[1] = -1;
}

Pipe::~Pipe()
{
    closeEnd(0);
    closeEnd(1);
}

void Pipe::closeEnd(int index) noexcept
{
    if (const int fd = std::exchange(ends[index], -1); fd >= 0)
        ::close(fd);
}

std::string Pipe::readAll() const
{
    std::string all;
    for (;;) {
        pollfd entry = {ends[0], POLLIN, 0};
        const int ready = ::poll(&entry, 1, patience);
        if (ready < 0 && errno == EINTR)
            continue;
        char bytes[256];
        const ssize_t count = ready == 1 ? ::read(ends[0], bytes, sizeof bytes) : -1;
        if (count < 0 && ready == 1 && errno == EINTR)
            continue;
        if (count < 0)
            return all + " (no end of file)";
        if (count == 0)
            return all;
        all.append(bytes, static_cast<std::size_t>(count));
    }
}

} // namespace Surroundings
