// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "signals.h"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

namespace {

int pipeEnds[2] = {-1, -1};
constexpr unsigned char fromTerminal = 0x80;

// Runs in a signal handler: async-signal-safe calls only.
void writeSignal(int number, siginfo_t *info, void *)
{
    const int savedErrno = errno;
    const auto byte =
        static_cast<unsigned char>(number | (info->si_code == SI_KERNEL ? fromTerminal : 0));
    [[maybe_unused]] const ssize_t written = ::write(pipeEnds[1], &byte, 1);
    errno = savedErrno;
}

void noteUnlessIgnored(int number)
{
    struct sigaction current = {};
    ::sigaction(number, nullptr, &current);
    if (current.sa_handler == SIG_IGN)
        return;
    struct sigaction action = {};
    action.sa_sigaction = writeSignal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigaction(number, &action, nullptr);
}

} // namespace

bool Signals::note(bool notesSuspend)
{
    if (::pipe2(pipeEnds, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    for (const int number : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2})
        noteUnlessIgnored(number);
    if (notesSuspend)
        noteUnlessIgnored(SIGTSTP);
    return true;
}

int Signals::descriptor()
{
    return pipeEnds[0];
}

std::optional<Signals::Signal> Signals::next()
{
    unsigned char byte = 0;
    if (::read(pipeEnds[0], &byte, 1) != 1)
        return std::nullopt;
    return Signal{byte & ~fromTerminal, (byte & fromTerminal) != 0};
}

// Not SIGSTOP: the kernel ignores SIGTSTP where no shell could continue this process.
void Signals::suspendThisProcess()
{
    struct sigaction ours = {};
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    ::sigaction(SIGTSTP, &standard, &ours);
    ::raise(SIGTSTP);
    ::sigaction(SIGTSTP, &ours, nullptr);
}
