// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A child echoes its input, 1 KiB at a time.

#include "../scenario.h"

#include <sched.h>

namespace Benchmarks {

namespace {

/// Pins this thread, and the children that it starts, to one processor. If the scheduler puts the child
/// on another one, a round trip takes five times as long, and hides the differences between contestants.
class OnOneProcessor
{
public:
    OnOneProcessor()
    {
        ::sched_getaffinity(0, sizeof m_previous, &m_previous);
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(::sched_getcpu(), &one);
        ::sched_setaffinity(0, sizeof one, &one);
    }
    ~OnOneProcessor() { ::sched_setaffinity(0, sizeof m_previous, &m_previous); }
    OnOneProcessor(const OnOneProcessor &) = delete;
    OnOneProcessor &operator=(const OnOneProcessor &) = delete;

private:
    cpu_set_t m_previous;
};

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
        const OnOneProcessor processor;
        const std::string data(1024, 'x');
        const std::unique_ptr<Child> child = contestant.makeChild();
        child->start(m_task);
        child->exchange(data); // Waits until the child runs.
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
    if (!contestant.canExchange())
        return;
    const int iterations = form == Form::Check ? 2 : 60;
    scenarios.push_back(std::make_unique<RoundTrips>(Style::EventLoop, iterations));
    if (contestant.canWait())
        scenarios.push_back(std::make_unique<RoundTrips>(Style::Waiting, iterations));
}

} // namespace Benchmarks
