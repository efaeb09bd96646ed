// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_LOAD_DISTURBANCES_H
#define FORKFD_LOAD_DISTURBANCES_H

#include "judge.h"

#include <array>
#include <atomic>
#include <random>

#include <sys/types.h>

namespace Load {

/// Numbers of children that were started a moment ago, for a thief that waits for them by number.
class RecentNumbers
{
public:
    void add(pid_t pid) { m_numbers[m_count++ % m_numbers.size()] = pid; }
    pid_t any(std::mt19937 &random) const { return m_numbers[random() % m_numbers.size()]; }

private:
    std::array<std::atomic<pid_t>, 16> m_numbers = {};
    std::atomic<unsigned> m_count = 0;
};

/// Plays other code of the process, until `isDone`. Call each function in a new thread.
struct Disturbances
{
    Judge &judge;
    const RecentNumbers &numbers;
    const std::atomic<bool> &isDone;

    /// waitpid(-1), waitid(P_ALL) and waitpid() of a child of the library, for some milliseconds each.
    void steal(std::uint32_t seed);
    /// Handlers of SIGCHLD that come and go, some of which steal; SIG_IGN and SA_NOCLDWAIT.
    void replaceHandlers(std::uint32_t seed);
    /// A limit of descriptors that leaves hardly any, and memory that is used for a moment.
    void makeScarce(std::uint32_t seed);
    /// Reads SIGCHLD by signalfd(2), which all threads have to block.
    void readSignals();

private:
    void stealFor(int milliseconds, std::mt19937 &random);
    void pause(int milliseconds) const;
};

} // namespace Load

#endif
