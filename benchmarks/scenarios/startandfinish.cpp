// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The life of a child that exits at once, from the constructor of its object to the destructor.

#include "../scenario.h"

namespace Benchmarks {

namespace {

class StartAndFinish : public Scenario
{
public:
    StartAndFinish(Channels channels, Style style, int iterations)
        : Scenario(name(channels, style), iterations)
        , m_task(Task::exiting(channels, style))
    {
    }

    void run(benchmark::State &state, Contestant &contestant) override
    {
        proveChannels(contestant, m_task.channels);
        runToEnd(contestant, m_task); // The library has done its one-time work now.
        for ([[maybe_unused]] auto _ : state) {
            const Stopwatch watch;
            runToEnd(contestant, m_task);
            watch.stop(state);
        }
    }

private:
    static std::string name(Channels channels, Style style)
    {
        return std::string("run/") + nameOf(channels) + (style == Style::Waiting ? "/wait" : "/loop");
    }

    const Task m_task;
};

/// How long start() blocks the calling thread.
class Holding : public Scenario
{
public:
    Holding(const std::string &name, Task task, int iterations)
        : Scenario("hold/" + name, iterations)
        , m_task(std::move(task))
    {
    }

    void run(benchmark::State &state, Contestant &contestant) override
    {
        runToEnd(contestant, m_task);
        for ([[maybe_unused]] auto _ : state) {
            const std::unique_ptr<Child> child = contestant.makeChild();
            const Stopwatch watch;
            child->start(m_task);
            watch.stop(state);
            child->awaitEnd();
        }
    }

private:
    const Task m_task;
};

} // namespace

void addStartAndFinish(Scenarios &scenarios, const Contestant &contestant, Form form)
{
    const int iterations = form == Form::Check ? 1 : 8;
    for (const Channels channels : {Channels::None, Channels::Pipes}) {
        for (const Style style : {Style::EventLoop, Style::Waiting}) {
            if (style == Style::Waiting && !contestant.canWait())
                continue;
            scenarios.push_back(std::make_unique<StartAndFinish>(channels, style, iterations));
        }
        if (contestant.isComplete())
            scenarios.push_back(
                std::make_unique<Holding>(nameOf(channels), Task::exiting(channels), iterations));
    }
    if (contestant.isComplete())
        scenarios.push_back(
            std::make_unique<Holding>("dynamic", Task::exitingDynamic(Channels::None), iterations));
}

} // namespace Benchmarks
