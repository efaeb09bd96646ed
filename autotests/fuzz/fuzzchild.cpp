// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// fuzzchild NAME
//
// A child that does what its controller says (childcontroller.h), over a socket with this name. It
// answers each order when it has carried it out.

#include "childorders.h"

#include <algorithm>
#include <csignal>
#include <string>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace Fuzz;

bool readAll(int fd, void *target, std::size_t size)
{
    auto *bytes = static_cast<char *>(target);
    while (size > 0) {
        const ssize_t count = read(fd, bytes, size);
        if (count <= 0)
            return false;
        bytes += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

void writeAll(int fd, const std::string &text)
{
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t count = write(fd, text.data() + done, text.size() - done);
        if (count < 0)
            return;
        done += static_cast<std::size_t>(count);
    }
}

void answer(int control, const std::string &text)
{
    const auto size = static_cast<std::uint32_t>(text.size());
    writeAll(control, std::string(reinterpret_cast<const char *>(&size), sizeof size) + text);
}

// Reads the bytes that standard input has now; with `waits`, all bytes until end of file.
std::string input(bool waits)
{
    std::string text;
    char buffer[4096];
    pollfd entry = {STDIN_FILENO, POLLIN, 0};
    while (waits || poll(&entry, 1, 0) > 0) {
        const ssize_t count = read(STDIN_FILENO, buffer, sizeof buffer);
        if (count <= 0)
            break;
        text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
}

void die(int signal)
{
    std::signal(signal, SIG_DFL);
    sigset_t set;
    sigfillset(&set);
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
    kill(getpid(), signal);
}

void carryOut(const Order &order, const std::string &text, int control)
{
    std::string result;
    switch (order.kind) {
    case Order::Write:
        writeAll(order.argument, text);
        break;
    case Order::ReadInput:
        result = input(order.argument != 0);
        break;
    case Order::Close:
        close(order.argument);
        break;
    case Order::Ignore:
        std::signal(order.argument, SIG_IGN);
        break;
    case Order::Exit:
        _exit(order.argument);
    case Order::Die:
        die(order.argument);
        break;
    }
    answer(control, result);
}

} // namespace

int main(int argc, char **argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    alarm(280); // If the fuzzer is stopped, this process must not stay.
    const SocketAddress address(argc > 1 ? argv[1] : "");
    const int control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(control, address.get(), address.size()) != 0)
        return 99;
    for (Order order; readAll(control, &order, sizeof order);) {
        std::string text(order.size, '\0');
        if (!readAll(control, text.data(), text.size()))
            break;
        carryOut(order, text, control);
    }
    return 0;
}
