// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "handmadechild.h"

#include "../task.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace Benchmarks {

namespace {

// Buffers of 128 to 512 KiB are equally fast. Smaller ones, or one with the pipe's capacity, are slower.
constexpr std::size_t bufferSize = 256 << 10;

void closeOnce(int &fd) noexcept
{
    if (const int open = std::exchange(fd, -1); open >= 0)
        ::close(open);
}

std::vector<char> &buffer()
{
    thread_local std::vector<char> buffer(bufferSize);
    return buffer;
}

} // namespace

HandMadeChild::~HandMadeChild()
{
    closeChildEnds();
    for (int &end : m_ends)
        closeOnce(end);
}

void HandMadeChild::fail(const char *call)
{
    throw Failure(std::string(call) + ": " + std::strerror(errno));
}

void HandMadeChild::openPipes(const Task &task)
{
    if (task.channels == Channels::None)
        return;
    for (std::size_t i = 0; i < m_ends.size(); ++i) {
        int fds[2];
        if (::pipe2(fds, O_CLOEXEC) != 0)
            fail("pipe2");
        m_childEnds[i] = fds[i == STDIN_FILENO ? 0 : 1];
        m_ends[i] = fds[i == STDIN_FILENO ? 1 : 0];
    }
    if (task.pipeSize > 0 && ::fcntl(m_ends[STDOUT_FILENO], F_SETPIPE_SZ, task.pipeSize) < 0)
        fail("F_SETPIPE_SZ");
}

void HandMadeChild::closeChildEnds() noexcept
{
    for (int &end : m_childEnds)
        closeOnce(end);
}

void HandMadeChild::finishPipes()
{
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
        if (int &end = m_ends[static_cast<std::size_t>(fd)]; end >= 0) {
            while (::read(end, buffer().data(), bufferSize) > 0) { }
            closeOnce(end);
        }
    }
    closeOnce(m_ends[STDIN_FILENO]);
}

void HandMadeChild::kill()
{
    if (::kill(m_pid, SIGKILL) != 0)
        fail("kill");
}

std::int64_t HandMadeChild::readToEnd()
{
    std::int64_t total = 0;
    ssize_t count;
    while ((count = ::read(m_ends[STDOUT_FILENO], buffer().data(), bufferSize)) > 0)
        total += count;
    if (count < 0)
        fail("read");
    return total;
}

void HandMadeChild::exchange(std::string_view data)
{
    send(data);
    for (std::size_t done = 0; done < data.size();)
        done += receive();
}

void HandMadeChild::feed(const QByteArray &data)
{
    for (qsizetype done = 0; done < data.size();) {
        const ssize_t count = ::write(m_ends[STDIN_FILENO], data.data() + done,
                                      static_cast<std::size_t>(data.size() - done));
        if (count < 0)
            fail("write");
        done += count;
    }
    closeOnce(m_ends[STDIN_FILENO]);
}

void HandMadeChild::send(std::string_view data)
{
    if (::write(m_ends[STDIN_FILENO], data.data(), data.size()) != static_cast<ssize_t>(data.size()))
        fail("write");
}

std::size_t HandMadeChild::receive()
{
    const ssize_t count = ::read(m_ends[STDOUT_FILENO], buffer().data(), bufferSize);
    if (count <= 0)
        fail("read");
    return static_cast<std::size_t>(count);
}

} // namespace Benchmarks
