// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "leftovers.h"

#include "scenario.h"

#include <ForkFd/exitinfo.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Surroundings {

namespace {

constexpr int highestDescriptor = 1024;

// A filter may refuse waitid(). Then wait4() has to reap a child to find it.
bool hasChild()
{
    siginfo_t info;
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0)
        return true;
    if (errno == ECHILD)
        return false;
    return ::waitpid(-1, nullptr, WNOHANG | __WALL) >= 0;
}

// Without /proc its number has to do.
std::string targetOf(int fd)
{
    std::array<char, 256> target;
    const ssize_t length =
        ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target.data(), target.size());
    return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : "unknown";
}

} // namespace

Belongings Belongings::now()
{
    Belongings all;
    for (int fd = 0; fd < highestDescriptor; ++fd) {
        struct stat status = {};
        if (::fcntl(fd, F_GETFD) >= 0)
            all.m_descriptors[fd] = ::fstat(fd, &status) == 0 ? status.st_ino : 0;
    }
    sigset_t mask;
    sigemptyset(&mask);
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    for (int signal = 1; signal < NSIG; ++signal) {
        struct sigaction action = {};
        ::sigaction(signal, nullptr, &action);
        all.m_handlers[static_cast<std::size_t>(signal)] = action.sa_handler;
        all.m_isBlocked[static_cast<std::size_t>(signal)] = sigismember(&mask, signal) == 1;
    }
    all.m_hasChildren = hasChild();
    return all;
}

Belongings Belongings::settled()
{
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds quietTime(300); // The SIGCHLD backend looks every 250 ms.
    const auto end = Clock::now() + std::chrono::milliseconds(patience / 4);
    Belongings last = now();
    for (auto lastChange = Clock::now(); Clock::now() < std::min(lastChange + quietTime, end);) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        Belongings next = now();
        if (last.changedIn(next) != "nothing")
            lastChange = Clock::now();
        last = std::move(next);
    }
    return last;
}

std::string Belongings::changedIn(const Belongings &later) const
{
    std::string changes;
    for (const auto &[fd, inode] : later.m_descriptors) {
        if (const auto it = m_descriptors.find(fd); it == m_descriptors.end())
            changes += "descriptor " + std::to_string(fd) + " (" + targetOf(fd) + ") is left; ";
        else if (it->second != inode)
            changes += "descriptor " + std::to_string(fd) + " is another; ";
    }
    for (const auto &[fd, inode] : m_descriptors) {
        if (later.m_descriptors.count(fd) == 0)
            changes += "descriptor " + std::to_string(fd) + " is gone; ";
    }
    // The SIGCHLD backend puts its handler back on top, each time with a new entry point.
    const bool ownsSigChld = ForkFd::backend() == ForkFd::Backend::SigChld;
    for (std::size_t signal = 1; signal < NSIG; ++signal) {
        if (m_handlers[signal] != later.m_handlers[signal] && !(signal == SIGCHLD && ownsSigChld))
            changes += "the disposition of signal " + std::to_string(signal) + " has changed; ";
        if (m_isBlocked[signal] != later.m_isBlocked[signal])
            changes += "the mask of signal " + std::to_string(signal) + " has changed; ";
    }
    if (later.m_hasChildren)
        changes += "a child is left; ";
    return changes.empty() ? "nothing" : changes.substr(0, changes.size() - 2);
}

std::string leftSince(const Belongings &before)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience / 4);
    for (;;) {
        const std::string changes = before.changedIn(Belongings::now());
        if (changes == "nothing" || std::chrono::steady_clock::now() > end)
            return changes;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

} // namespace Surroundings
