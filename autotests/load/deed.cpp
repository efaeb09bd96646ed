// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "deed.h"

#include <array>
#include <cerrno>
#include <csignal>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Load {

Ending Ending::of(const ForkFd::ExitInfo &info)
{
    return {info.reason, info.reason == ForkFd::ExitInfo::Signaled ? info.signal : info.code};
}

Ending Ending::of(const ForkFd::forkfd_info &info)
{
    return info.code == CLD_EXITED ? code(info.status) : signal(info.status);
}

std::string Ending::text() const
{
    if (reason == ForkFd::ExitInfo::Unknown)
        return "unknown";
    return (reason == ForkFd::ExitInfo::Exited ? "code " : "signal ") + std::to_string(value);
}

int fatalSignal(std::uint64_t number)
{
    const std::array<int, 8> all = {SIGKILL, SIGTERM, SIGUSR2,      SIGVTALRM,
                                    SIGUSR1, SIGALRM, SIGRTMIN + 3, SIGRTMAX};
    return all[number % all.size()];
}

// Both factors are odd, so that neighbours differ and every code comes.
Deed Deed::numbered(std::uint64_t number)
{
    Deed deed;
    const bool isSignal = number % 5 == 0;
    deed.end = isSignal ? Ending::signal(fatalSignal(number / 5))
                        : Ending::code(static_cast<int>(number * 37 % 256));
    return deed;
}

std::vector<std::string> Deed::words() const
{
    std::vector<std::string> words;
    if (isDeaf)
        words.emplace_back("deaf");
    if (isLeashed)
        words.emplace_back("leash");
    if (doze > 0)
        words.insert(words.end(), {"doze", std::to_string(doze)});
    if (output > 0)
        words.insert(words.end(), {"write", std::to_string(output)});
    if (!end)
        words.emplace_back("sleep");
    else
        words.insert(
            words.end(),
            {end->reason == ForkFd::ExitInfo::Exited ? "exit" : "die", std::to_string(end->value)});
    return words;
}

// Runs in the child between clone and exec: async-signal-safe calls only.
int Deed::perform() const
{
    char byte;
    while (isLeashed && ::read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR) { }
    if (doze > 0)
        ::poll(nullptr, 0, doze);
    if (end && end->reason == ForkFd::ExitInfo::Exited)
        return end->value;
    // This changes only the child's dispositions, also after vfork().
    if (end) {
        sigset_t all;
        ::sigfillset(&all);
        ::signal(end->value, SIG_DFL);
        ::sigprocmask(SIG_UNBLOCK, &all, nullptr);
        ::kill(::getpid(), end->value);
    }
    ::alarm(1800);
    while (true)
        ::pause();
}

std::vector<std::string> commandFor(const Deed &deed)
{
    std::vector<std::string> command = {FORKFD_LOAD_CHILD};
    for (std::string &word : deed.words())
        command.push_back(std::move(word));
    return command;
}

} // namespace Load
