// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "signalpipe.h"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <ctime>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace {

int writeEnd = -1;

// What the handler writes into the pipe, in one piece.
struct Record
{
    timespec time;
    pid_t sender;
    int number;
    int code;
};
static_assert(sizeof(Record) <= _POSIX_PIPE_BUF);

std::vector<std::pair<int, struct sigaction>> &previousActions()
{
    static std::vector<std::pair<int, struct sigaction>> actions;
    return actions;
}

// Runs in a signal handler: async-signal-safe calls only.
void writeSignal(int number, siginfo_t *info, void *)
{
    const int savedErrno = errno;
    Record record;
    std::memset(&record, 0, sizeof record);
    ::clock_gettime(CLOCK_MONOTONIC, &record.time);
    record.sender = info->si_code <= 0 ? info->si_pid : 0; // sigaction(2): what processes send.
    record.number = number;
    record.code = info->si_code;
    [[maybe_unused]] const ssize_t written = ::write(writeEnd, &record, sizeof record);
    errno = savedErrno;
}

void unblock(const std::vector<int> &numbers)
{
    sigset_t wanted;
    ::sigemptyset(&wanted);
    for (const int number : numbers)
        ::sigaddset(&wanted, number);
    ::pthread_sigmask(SIG_UNBLOCK, &wanted, nullptr);
}

void handleUnlessIgnored(int number)
{
    struct sigaction previous = {};
    ::sigaction(number, nullptr, &previous);
    if (previous.sa_handler == SIG_IGN)
        return;
    struct sigaction action = {};
    action.sa_sigaction = writeSignal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    previousActions().emplace_back(number, previous);
    ::sigaction(number, &action, nullptr);
}

} // namespace

SignalPipe::SignalPipe(const std::vector<int> &numbers)
{
    ::pthread_sigmask(SIG_BLOCK, nullptr, &m_previousMask);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    m_readEnd = ends[0];
    writeEnd = ends[1];
    for (const int number : numbers)
        handleUnlessIgnored(number);
    unblock(numbers);
}

SignalPipe::~SignalPipe()
{
    if (m_readEnd < 0)
        return;
    for (const auto &[number, action] : previousActions())
        ::sigaction(number, &action, nullptr);
    previousActions().clear();
    ::pthread_sigmask(SIG_SETMASK, &m_previousMask, nullptr);
    ::close(m_readEnd);
    ::close(std::exchange(writeEnd, -1));
}

std::optional<SignalPipe::Signal> SignalPipe::next() const
{
    Record record = {};
    if (::read(m_readEnd, &record, sizeof record) != static_cast<ssize_t>(sizeof record))
        return std::nullopt;
    const auto time =
        std::chrono::seconds(record.time.tv_sec) + std::chrono::nanoseconds(record.time.tv_nsec);
    return Signal{record.number, record.code == SI_KERNEL, record.sender, time};
}
