// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "scenario.h"

#include <sys/stat.h>

namespace Benchmarks {

void runToEnd(Contestant &contestant, const Task &task, int expectedEnd)
{
    const std::unique_ptr<Child> child = contestant.makeChild();
    child->start(task);
    if (const int end = child->awaitEnd(); end != expectedEnd)
        throw Failure("a child ended with " + std::to_string(end) + ", not "
                      + std::to_string(expectedEnd));
}

void proveChannels(Contestant &contestant, Channels channels)
{
    std::vector<std::string> words = {"streams"};
    for (int fd = 0; fd < 3; ++fd) {
        struct stat status = {};
        ::fstat(fd, &status);
        words.push_back(std::to_string(status.st_dev));
        words.push_back(std::to_string(status.st_ino));
    }
    runToEnd(contestant, Task::busy(std::move(words), channels), channels == Channels::Pipes ? 7 : 0);
}

const char *nameOf(Channels channels)
{
    return channels == Channels::Pipes ? "pipes" : "plain";
}

void Stopwatch::stop(benchmark::State &state) const
{
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - m_begin;
    state.SetIterationTime(elapsed.count());
}

} // namespace Benchmarks
