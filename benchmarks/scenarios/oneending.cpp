// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Kills one of many children, and measures the time until the parent has noticed its end.

#include "population.h"

#include "../scenario.h"

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

namespace Benchmarks {

namespace {

/// A zombie child of this process that is not reaped before the destructor.
class ForeignZombie
{
public:
    ForeignZombie()
        : m_pid(::fork())
    {
        if (m_pid == 0)
            ::_exit(0);
        siginfo_t info;
        ::waitid(P_PID, static_cast<id_t>(m_pid), &info, WEXITED | WNOWAIT);
    }
    ~ForeignZombie() { ::waitpid(m_pid, nullptr, 0); }
    ForeignZombie(const ForeignZombie &) = delete;
    ForeignZombie &operator=(const ForeignZombie &) = delete;

private:
    const pid_t m_pid;
};

class OneEnding : public Scenario
{
public:
    OneEnding(const std::string &kind, Channels channels, Skills needed, int count, Form form)
        : Scenario("ending/" + kind + '/' + std::to_string(count), needed, blocks(count, form))
        , m_channels(channels)
        , m_count(count)
        , m_endings(byForm(form, 2, 20, 30))
    {
    }

    // The children live only during the turn: notifiers for them would slow down the next contestant in
    // the same event loop.
    Sample measure(Contestant &contestant) override
    {
        Population population(contestant, m_channels);
        population.grow(m_count);
        population.replaceNext(); // Delivers pending notifications of the starts.
        std::vector<double> seconds;
        for (int i = 0; i < m_endings; ++i)
            seconds.push_back(endOne(population));
        Sample sample = sampleOf(std::move(seconds));
        sample.counters["alive"] = population.size();
        return sample;
    }

private:
    static double endOne(Population &population)
    {
        Child &child = population.next();
        const Stopwatch watch;
        child.kill();
        const int end = child.awaitEnd();
        const double seconds = watch.seconds();
        if (end != -SIGKILL)
            throw Failure("a killed child ended with " + std::to_string(end));
        population.replace();
        return seconds;
    }

    static int blocks(int count, Form form)
    {
        return form != Form::Full ? 1 : count <= 100 ? 8 : count <= 1000 ? 3 : 1;
    }

    const Channels m_channels;
    const int m_count;
    const int m_endings;
};

class OneEndingBesideZombie : public OneEnding
{
public:
    OneEndingBesideZombie(int count, Form form)
        : OneEnding("zombie", Channels::None, Skill::Crowd | Skill::SigChld, count, form)
    {
    }

    void enter() override { m_zombie = std::make_unique<ForeignZombie>(); }
    void leave() override { m_zombie.reset(); }

private:
    std::unique_ptr<ForeignZombie> m_zombie;
};

} // namespace

void addOneEnding(Scenarios &scenarios, Form form)
{
    const auto add = [&](Channels channels, int count) {
        scenarios.push_back(std::make_unique<OneEnding>(
            nameOf(channels), channels, count > 4000 ? Skill::Thousands : Skill::Crowd, count, form));
    };
    const bool isFull = form == Form::Full;
    const std::vector<int> few = form == Form::Check ? std::vector{10} : std::vector{10, 1000};
    for (const int count : isFull ? std::vector{10, 100, 1000, 4000, 10000} : few)
        add(Channels::None, count);
    for (const int count : isFull ? std::vector{10, 100, 1000} : few)
        add(Channels::Pipes, count);
    for (const int count : isFull ? std::vector{10, 4000} : few)
        scenarios.push_back(std::make_unique<OneEndingBesideZombie>(count, form));
}

} // namespace Benchmarks
