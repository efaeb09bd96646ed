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

struct Header
{
    std::uint64_t index;
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
                        const std::function<std::string(std::size_t)> &work)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    for (std::size_t index; (index = next.fetch_add(1)) < count;) {
        const std::string result = work(index);
        const Header header = {index, result.size()};
        if (!transfer(::write, output, reinterpret_cast<const char *>(&header), sizeof header)
            || !transfer(::write, output, result.data(), result.size()))
            break;
    }
    _exit(0);
}

// False when the worker has ended.
bool receiveOne(int input, const std::function<void(std::size_t, const std::string &)> &receive)
{
    Header header;
    if (!transfer(::read, input, reinterpret_cast<char *>(&header), sizeof header))
        return false;
    std::string result(header.size, '\0');
    if (!transfer(::read, input, result.data(), result.size()))
        return false;
    receive(header.index, result);
    return true;
}

} // namespace

void runInWorkers(std::size_t count, int workers, const std::function<std::string(std::size_t)> &work,
                  const std::function<void(std::size_t, const std::string &)> &receive,
                  const std::function<bool()> &isOver)
{
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
            if (input.fd >= 0 && input.revents != 0 && !receiveOne(input.fd, receive)) {
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
}

} // namespace Faults
