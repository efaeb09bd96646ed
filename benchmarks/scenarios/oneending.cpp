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
    OneEnding(Channels channels, bool besideZombie, int count, int iterations)
        : Scenario(name(channels, besideZombie, count), iterations)
        , m_channels(channels)
        , m_besideZombie(besideZombie)
        , m_count(count)
    {
    }

    void run(benchmark::State &state, Contestant &contestant) override
    {
        if (m_besideZombie && !m_zombie)
            m_zombie = std::make_unique<ForeignZombie>();
        if (!m_population) {
            auto population = std::make_unique<Population>(contestant, m_channels);
            population->grow(m_count);
            m_population = std::move(population);
        }
        m_population->replaceNext(); // Delivers pending notifications of the starts.
        for ([[maybe_unused]] auto _ : state) {
            Child &child = m_population->next();
            const Stopwatch watch;
            child.kill();
            const int end = child.awaitEnd();
            watch.stop(state);
            if (end != -SIGKILL)
                throw Failure("a killed child ended with " + std::to_string(end));
            m_population->replace();
        }
        state.counters["alive"] = m_population->size();
    }

    void leave() override
    {
        m_population.reset();
        m_zombie.reset();
    }

private:
    static std::string name(Channels channels, bool besideZombie, int count)
    {
        return std::string("ending/") + (besideZombie ? "zombie" : nameOf(channels)) + '/'
            + std::to_string(count);
    }

    const Channels m_channels;
    const bool m_besideZombie;
    const int m_count;
    std::unique_ptr<ForeignZombie> m_zombie;
    std::unique_ptr<Population> m_population;
};

} // namespace

void addOneEnding(Scenarios &scenarios, const Contestant &contestant, Form form)
{
    if (!contestant.isComplete())
        return;
    const int iterations = form == Form::Check ? 1 : 3;
    const auto add = [&](Channels channels, bool besideZombie, std::initializer_list<int> counts) {
        for (const int count : counts)
            scenarios.push_back(std::make_unique<OneEnding>(channels, besideZombie, count, iterations));
    };
    const auto addMany = [&](Channels channels, bool besideZombie) {
        if (form == Form::Check)
            add(channels, besideZombie, {10});
        else if (form == Form::Full)
            add(channels, besideZombie, {10, 100, 1000, 4000, 10000});
        else if (channels == Channels::None)
            add(channels, besideZombie, {10, 1000, 4000});
        else
            add(channels, besideZombie, {10, 1000});
    };
    addMany(Channels::None, false);
    addMany(Channels::Pipes, false);
    if (contestant.usesSigChldBackend())
        addMany(Channels::None, true);
}

} // namespace Benchmarks
