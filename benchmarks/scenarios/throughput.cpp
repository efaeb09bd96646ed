// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Many children that exit at once, some of them at the same time.

#include "../scenario.h"

#include <deque>

namespace Benchmarks {

namespace {

class Throughput : public Scenario
{
public:
    Throughput(int inFlight, int count, int iterations)
        : Scenario("queue/" + std::to_string(inFlight), iterations)
        , m_inFlight(inFlight)
        , m_count(count)
        , m_task(Task::exiting(Channels::Pipes, Style::Waiting))
    {
    }

    // The time is that of one child.
    void run(benchmark::State &state, Contestant &contestant) override
    {
        runToEnd(contestant, m_task);
        for ([[maybe_unused]] auto _ : state) {
            const auto begin = std::chrono::steady_clock::now();
            if (!contestant.runAll(m_task, m_count, m_inFlight))
                runAll(contestant);
            const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
            state.SetIterationTime(time.count() / m_count);
        }
    }

private:
    // Without a queue of the library's: each child makes room for the next one in the order of the
    // starts.
    void runAll(Contestant &contestant) const
    {
        std::deque<std::unique_ptr<Child>> children;
        for (int i = 0; i < m_count; ++i) {
            if (static_cast<int>(children.size()) == m_inFlight)
                awaitFirst(children);
            children.push_back(contestant.makeChild());
            children.back()->start(m_task);
        }
        while (!children.empty())
            awaitFirst(children);
    }

    static void awaitFirst(std::deque<std::unique_ptr<Child>> &children)
    {
        if (children.front()->awaitEnd() != exitCodeOfExiting)
            throw Failure("a child did not exit as expected");
        children.pop_front();
    }

    const int m_inFlight;
    const int m_count;
    const Task m_task;
};

} // namespace

void addThroughput(Scenarios &scenarios, const Contestant &contestant, Form form)
{
    if (!contestant.canWait())
        return;
    for (const int inFlight : {1, 2, 8}) {
        scenarios.push_back(std::make_unique<Throughput>(inFlight, form == Form::Check ? 10 : 200,
                                                         form == Form::Check ? 1 : 4));
    }
}

} // namespace Benchmarks
