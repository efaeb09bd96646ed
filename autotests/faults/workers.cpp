// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "workers.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Faults {

namespace {

/// The next task; all workers share it.
using Counter = std::atomic<std::size_t>;

Counter *makeCounter()
{
    void *memory =
        mmap(nullptr, sizeof(Counter), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        std::abort();
    return new (memory) Counter(0);
}

/// Stands before each result. A worker sends one without a result at the end of each task.
struct Header
{
    bool isEnd;
    std::uint64_t size;
};

bool transfer(auto function, int fd, auto *data, std::size_t size)
{
    while (size > 0) {
        const ssize_t count = function(fd, data, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        data += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

[[noreturn]] void serve(std::size_t count, Counter &next, int output,
                        const std::function<void(std::size_t, const Send &)> &work)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    const auto send = [&](bool isEnd, const std::string &result) {
        const Header header = {isEnd, result.size()};
        if (!transfer(::write, output, reinterpret_cast<const char *>(&header), sizeof header)
            || !transfer(::write, output, result.data(), result.size()))
            _exit(1);
    };
    for (std::size_t index; (index = next.fetch_add(1)) < count;) {
        work(index, [&](const std::string &result) { send(false, result); });
        send(true, {});
    }
    _exit(0);
}

// False when the worker has ended.
bool receiveOne(int input, const std::function<void(const std::string &)> &receive, std::size_t &ended)
{
    Header header;
    if (!transfer(::read, input, reinterpret_cast<char *>(&header), sizeof header))
        return false;
    std::string result(header.size, '\0');
    if (!transfer(::read, input, result.data(), result.size()))
        return false;
    if (header.isEnd)
        ++ended;
    else
        receive(result);
    return true;
}

} // namespace

std::size_t runInWorkers(std::size_t count, int workers,
                         const std::function<void(std::size_t, const Send &)> &work,
                         const std::function<void(const std::string &)> &receive,
                         const std::function<bool()> &isOver)
{
    std::size_t ended = 0;
    Counter *next = makeCounter();
    std::vector<pollfd> inputs;
    for (int i = 0; i < workers; ++i) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0)
            std::abort();
        if (fork() == 0)
            serve(count, *next, ends[1], work);
        close(ends[1]);
        inputs.push_back({ends[0], POLLIN, 0});
    }
    for (int left = workers; left > 0;) {
        poll(inputs.data(), inputs.size(), -1);
        for (pollfd &input : inputs) {
            if (input.fd >= 0 && input.revents != 0 && !receiveOne(input.fd, receive, ended)) {
                close(input.fd);
                input.fd = -1;
                --left;
            }
        }
        if (isOver())
            next->store(count);
    }
    while (wait(nullptr) > 0) { }
    munmap(next, sizeof *next);
    return ended;
}

} // namespace Faults
