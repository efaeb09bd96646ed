// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A child sends back what it gets, 1 KiB at a time.

#include "../scenario.h"

namespace Benchmarks {

namespace {

class RoundTrips : public Scenario
{
public:
    RoundTrips(Style style, int iterations)
        : Scenario(style == Style::Waiting ? "echo/wait" : "echo/loop", iterations)
        , m_task(Task::busy({"echo"}, Channels::Pipes, style))
    {
    }

    void run(benchmark::State &state, Contestant &contestant) override
    {
        const std::string data(1024, 'x');
        const std::unique_ptr<Child> child = contestant.makeChild();
        child->start(m_task);
        child->exchange(data); // The child has started by now.
        for ([[maybe_unused]] auto _ : state) {
            const Stopwatch watch;
            child->exchange(data);
            watch.stop(state);
        }
        child->kill();
        child->awaitEnd();
    }

private:
    const Task m_task;
};

} // namespace

void addRoundTrips(Scenarios &scenarios, const Contestant &contestant, Form form)
{
    if (!contestant.isComplete())
        return;
    const int iterations = form == Form::Check ? 2 : 200;
    scenarios.push_back(std::make_unique<RoundTrips>(Style::EventLoop, iterations));
    if (contestant.canWait())
        scenarios.push_back(std::make_unique<RoundTrips>(Style::Waiting, iterations));
}

} // namespace Benchmarks
