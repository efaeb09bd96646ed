// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "disturbances.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>
#include <vector>

#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Load {

namespace {

/// The handler of other code, and the action that it has found. A handler that still runs may see the
/// next one.
struct ForeignHandler
{
    struct sigaction previous = {};
    bool isThief = false;
    bool callsPrevious = false;
};
std::array<ForeignHandler, 256> foreignHandlers;
std::atomic<std::size_t> foreignCount = 0;
std::atomic<std::uint64_t> handlerThefts = 0;

// Runs in a signal handler: async-signal-safe calls only.
void callPrevious(const struct sigaction &action, int signal, siginfo_t *info, void *context)
{
    if (action.sa_flags & SA_SIGINFO)
        action.sa_sigaction(signal, info, context);
    else if (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN)
        action.sa_handler(signal);
}

// Runs in a signal handler: async-signal-safe calls only.
void handleForeign(int signal, siginfo_t *info, void *context)
{
    const int error = errno;
    const ForeignHandler &self = foreignHandlers[foreignCount % foreignHandlers.size()];
    while (self.isThief && ::waitpid(-1, nullptr, WNOHANG) > 0)
        ++handlerThefts;
    if (self.callsPrevious)
        callPrevious(self.previous, signal, info, context);
    errno = error;
}

// The next handler takes its own record, which no handler reads yet.
void installForeign(std::mt19937 &random, bool isThief)
{
    ForeignHandler &next = foreignHandlers[(foreignCount + 1) % foreignHandlers.size()];
    ::sigaction(SIGCHLD, nullptr, &next.previous);
    next.isThief = isThief;
    next.callsPrevious = random() % 3 != 0;
    ++foreignCount;
    struct sigaction action = {};
    action.sa_sigaction = handleForeign;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigaction(SIGCHLD, &action, nullptr);
}

} // namespace

void Disturbances::pause(int milliseconds) const
{
    for (; milliseconds > 0 && !isDone; milliseconds -= 10)
        ::poll(nullptr, 0, std::min(milliseconds, 10));
}

void Disturbances::stealFor(int milliseconds, std::mt19937 &random)
{
    const Disturbance::Scope scope(judge.theft);
    const auto end = Account::Clock::now() + std::chrono::milliseconds(milliseconds);
    const auto kind = random() % 3;
    while (Account::Clock::now() < end && !isDone) {
        siginfo_t info = {};
        bool hasStolen = false;
        if (kind == 0)
            hasStolen = ::waitpid(-1, nullptr, WNOHANG) > 0;
        else if (kind == 1)
            hasStolen = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && info.si_pid > 0;
        else if (const pid_t pid = numbers.any(random); pid > 0)
            hasStolen = ::waitpid(pid, nullptr, WNOHANG) > 0;
        judge.thefts += hasStolen ? 1 : 0;
        if (!hasStolen)
            std::this_thread::yield();
    }
}

void Disturbances::steal(std::uint32_t seed)
{
    std::mt19937 random(seed);
    while (!isDone) {
        stealFor(1 + static_cast<int>(random() % 50), random);
        pause(static_cast<int>(random() % 400));
    }
}

// Restores what it has found, as most libraries do: even if the library has put its handler on top
// again.
void Disturbances::replaceHandlers(std::uint32_t seed)
{
    std::mt19937 random(seed);
    while (!isDone) {
        const auto kind = random() % 5;
        struct sigaction previous = {};
        {
            std::optional<Disturbance::Scope> scope;
            if (kind != 0)
                scope.emplace(judge.theft);
            ::sigaction(SIGCHLD, nullptr, &previous);
            struct sigaction ignore = {};
            ignore.sa_handler = kind == 2 ? SIG_IGN : SIG_DFL;
            ignore.sa_flags = kind == 3 ? SA_NOCLDWAIT : 0;
            if (kind < 2)
                installForeign(random, kind == 1);
            else if (kind < 4)
                ::sigaction(SIGCHLD, &ignore, nullptr);
            pause(1 + static_cast<int>(random() % 100));
            ::sigaction(SIGCHLD, &previous, nullptr);
            // A handler that the library has put on top still calls the foreign one.
            foreignHandlers[foreignCount % foreignHandlers.size()].isThief = false;
        }
        judge.thefts += handlerThefts.exchange(0);
        pause(static_cast<int>(random() % 500));
    }
}

void Disturbances::makeScarce(std::uint32_t seed)
{
    std::mt19937 random(seed);
    rlimit usual = {};
    ::getrlimit(RLIMIT_NOFILE, &usual);
    while (!isDone) {
        if (random() % 4 == 0) {
            std::vector<char> memory(64U << 20);
            std::memset(memory.data(), 1, memory.size());
            pause(10);
        } else if (const int free = ::dup(STDIN_FILENO); free >= 0) {
            ::close(free);
            const Disturbance::Scope scope(judge.shortage);
            const rlimit low = {static_cast<rlim_t>(free) + random() % 8, usual.rlim_max};
            ::setrlimit(RLIMIT_NOFILE, &low);
            pause(1 + static_cast<int>(random() % 20));
            ::setrlimit(RLIMIT_NOFILE, &usual);
        }
        pause(static_cast<int>(random() % 300));
    }
}

void Disturbances::readSignals()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    const int fd = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    while (!isDone) {
        pollfd entry = {fd, POLLIN, 0};
        signalfd_siginfo info;
        if (::poll(&entry, 1, 20) > 0 && ::read(fd, &info, sizeof info) < 0)
            continue;
    }
    ::close(fd);
}

} // namespace Load
