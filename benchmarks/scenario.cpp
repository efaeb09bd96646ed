// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "scenario.h"

#include <algorithm>

#include <sys/resource.h>
#include <sys/stat.h>

namespace Benchmarks {

Sample sampleOf(std::vector<double> seconds)
{
    std::sort(seconds.begin(), seconds.end());
    const std::size_t rank = (seconds.size() * 99 + 99) / 100; // At least 99 of 100 are not larger.
    return {seconds[seconds.size() / 2],
            {{"p99", seconds[rank - 1] * 1e6}, {"worst", seconds.back() * 1e6}}};
}

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

std::string family(const char *word, Processors processors)
{
    return processors == Processors::One ? std::string(word) + "-pinned" : word;
}

double ProcessorWatch::now()
{
    double sum = 0;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage usage = {};
        ::getrusage(who, &usage);
        for (const timeval &time : {usage.ru_utime, usage.ru_stime})
            sum += static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    }
    return sum;
}

} // namespace Benchmarks
