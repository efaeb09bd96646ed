// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "belongings.h"
#include "part.h"
#include "ways.h"

#include <QtCore/QEventLoop>

#include <algorithm>
#include <array>
#include <barrier>
#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Load {

namespace {

constexpr int threadCount = 4;
constexpr int groupSize = 16;

/// The most children that this system lets us have at the same time, and why.
struct Limit
{
    long count;
    const char *reason;

    void lower(long to, const char *why)
    {
        if (to < count)
            *this = {std::max(to, 1L), why};
    }
};

long numberIn(const char *file, const char *format)
{
    long number = -1;
    if (std::FILE *stream = std::fopen(file, "re")) {
        char line[256];
        while (number < 0 && std::fgets(line, sizeof line, stream))
            std::sscanf(line, format, &number);
        std::fclose(stream);
    }
    return number;
}

// Raises the limit of descriptors: to the hard limit, and beyond it where that is allowed.
long raiseDescriptors(long wanted)
{
    rlimit limit = {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const rlimit raised = {static_cast<rlim_t>(wanted),
                           std::max(limit.rlim_max, static_cast<rlim_t>(wanted))};
    limit.rlim_cur = std::min(limit.rlim_max, static_cast<rlim_t>(wanted));
    if (::setrlimit(RLIMIT_NOFILE, &raised) != 0)
        ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<long>(limit.rlim_cur);
}

Limit limitFor(long wanted)
{
    Limit limit = {wanted, "none"};
    // A future holds six descriptors for a child, and a start holds some for a moment.
    limit.lower((raiseDescriptors(3 * wanted + 1000) - 500) * 2 / 3, "RLIMIT_NOFILE");
    limit.lower(numberIn("/proc/sys/kernel/pid_max", "%ld") / 2, "pid_max");
    limit.lower(numberIn("/proc/meminfo", "MemAvailable: %ld") / 512, "memory");
    rlimit processes = {};
    ::getrlimit(RLIMIT_NPROC, &processes);
    if (processes.rlim_cur != RLIM_INFINITY)
        limit.lower(static_cast<long>(processes.rlim_cur) / 2, "RLIMIT_NPROC");
    const long inGroup = numberIn("/sys/fs/cgroup/pids.max", "%ld");
    if (inGroup > 0)
        limit.lower(inGroup / 2, "pids.max");
    return limit;
}

/// The children of one thread. They hold a leash, sleep alone, or sleep in a group that is killed as
/// one.
class Crowd
{
public:
    Crowd(Judge &judge, std::uint32_t seed, int count)
        : m_judge(judge)
        , m_random(seed)
        , m_count(count)
    {
        if (::pipe2(m_leash, O_CLOEXEC) != 0)
            m_judge.fail("there is no pipe");
    }
    ~Crowd()
    {
        ::close(m_leash[0]);
        ::close(m_leash[1]);
    }
    Crowd(const Crowd &) = delete;
    Crowd &operator=(const Crowd &) = delete;

    template<typename Barrier>
    void run(Barrier &barrier)
    {
        const QEventLoop dispatcher;
        for (int i = 0; i < m_count && m_judge.isContent(); ++i)
            startOne(i);
        barrier.arrive_and_wait(); // All are alive.
        barrier.arrive_and_wait(); // They have been counted.
        std::shuffle(m_acts.begin(), m_acts.end(), m_random);
        for (const auto &act : m_acts)
            act();
        std::shuffle(m_running.begin(), m_running.end(), m_random);
        for (const auto &running : m_running)
            running->finish();
        m_running.clear();
    }

private:
    void startOne(int i)
    {
        if (i % 4 == 0)
            startLeashed(i);
        else if (i % 4 == 1)
            startInGroup();
        else
            startAlone(i);
    }

    Running *add(Way way, const Deed &deed, const StartOptions &options)
    {
        auto running = start(m_judge, way, deed, options);
        if (!running)
            return nullptr;
        m_running.push_back(std::move(running));
        return m_running.back().get();
    }

    // A byte ends any of them, and each has its own end.
    void startLeashed(int i)
    {
        constexpr std::array<Way, 8> ways = {Way::Wait,    Way::Poll, Way::SpawnFd, Way::Loop,
                                             Way::WaitFor, Way::Wait, Way::Poll,    Way::SpawnFd};
        Deed deed = Deed::numbered(m_random());
        deed.isLeashed = true;
        Way way = ways[static_cast<std::size_t>(i / 4) % ways.size()];
        // These cost more: a copy of this process's page tables, and pipes.
        if (i % 80 == 0)
            way = i % 160 == 0 ? Way::ForkFd : Way::Run;
        if (add(way, deed, {.input = m_leash[0]}))
            m_acts.emplace_back([this] {
                if (::write(m_leash[1], "x", 1) != 1)
                    m_judge.fail("the leash cannot be written to");
            });
    }

    void startAlone(int i)
    {
        constexpr std::array<Way, 5> ways = {Way::Wait, Way::Loop, Way::SpawnFd, Way::WaitFor,
                                             Way::Poll};
        Running *running = add(ways[static_cast<std::size_t>(i) % ways.size()], Deed::sleeping(), {});
        if (!running)
            return;
        m_acts.emplace_back([running, signal = fatalSignal(m_random())] {
            if (!running->sendSignal(signal))
                running->account().fail("was not there for a signal");
        });
    }

    // The members of a group end by one kill(2), which finds its leader alive.
    void startInGroup()
    {
        const bool isLeader = m_group.empty();
        const pid_t group = isLeader ? 0 : m_group.front()->pid();
        const Way way = isLeader || m_random() % 2 == 0 ? Way::Wait : Way::Loop;
        if (Running *running = add(way, Deed::sleeping(), {.group = group}))
            m_group.push_back(running);
        if (m_group.size() < groupSize && m_running.size() + 4 < static_cast<std::size_t>(m_count))
            return;
        m_acts.emplace_back([this, members = m_group] {
            for (Running *member : members)
                member->account().expect(SIGKILL);
            if (::kill(-members.front()->pid(), SIGKILL) != 0)
                m_judge.fail("a group was not there");
        });
        m_group.clear();
    }

    Judge &m_judge;
    std::mt19937 m_random;
    const int m_count;
    int m_leash[2] = {-1, -1};
    std::vector<Running *> m_group;
    std::vector<std::function<void()>> m_acts;
    std::vector<std::unique_ptr<Running>> m_running;
};

void checkAllAlive(Judge &judge, std::size_t count)
{
    if (judge.openCount() != count)
        judge.fail(std::to_string(judge.openCount()) + " children are alive instead of "
                   + std::to_string(count));
    siginfo_t info = {};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0)
        judge.fail("a child has ended before its time");
}

} // namespace

void playAlive(const Part &part, Judge &judge, Figures &figures)
{
    const Limit limit = limitFor(part.amount);
    const auto count = static_cast<int>(limit.count) / threadCount;
    LeftoverCheck check(judge, "alive");
    for (int round = 0; round < 2 && judge.isContent(); ++round) {
        std::barrier barrier(threadCount + 1);
        std::vector<std::thread> threads;
        for (unsigned i = 0; i < threadCount; ++i) {
            threads.emplace_back(
                [&, seed = part.seed + i, share = round == 0 ? std::min(count, 100) : count] {
                    Crowd(judge, seed, share).run(barrier);
                });
        }
        barrier.arrive_and_wait();
        checkAllAlive(judge,
                      static_cast<std::size_t>(round == 0 ? std::min(count, 100) : count) * threadCount);
        barrier.arrive_and_wait();
        for (std::thread &thread : threads)
            thread.join();
    }
    check.look();
    figures.add("alive", count * threadCount);
    figures.add("limit", limit.reason);
}

} // namespace Load
