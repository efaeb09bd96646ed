// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A child echoes its input, 1 KiB at a time.

#include "../scenario.h"

namespace Benchmarks {

namespace {

class RoundTrips : public Scenario
{
public:
    // On one processor: if the scheduler puts the child on another one, a round trip takes five times as
    // long, and hides the differences between contestants.
    RoundTrips(Style style, int exchanges, int repetitions)
        : Scenario(style == Style::Waiting ? "echo/wait" : "echo/loop",
                   style == Style::Waiting ? Skill::Exchange | Skill::Wait : Skill::Exchange,
                   repetitions, Processors::One)
        , m_exchanges(exchanges)
        , m_task(Task::busy({"echo"}, Channels::Pipes, style))
    {
    }

    Sample measure(Contestant &contestant) override
    {
        const std::string data(1024, 'x');
        const std::unique_ptr<Child> child = contestant.makeChild();
        child->start(m_task);
        child->exchange(data); // Waits until the child runs.
        std::vector<double> seconds;
        for (int i = 0; i < m_exchanges; ++i) {
            const Stopwatch watch;
            child->exchange(data);
            seconds.push_back(watch.seconds());
        }
        child->kill();
        child->awaitEnd();
        return sampleOf(std::move(seconds));
    }

private:
    const int m_exchanges;
    const Task m_task;
};

} // namespace

void addRoundTrips(Scenarios &scenarios, Form form)
{
    for (const Style style : {Style::EventLoop, Style::Waiting})
        scenarios.push_back(
            std::make_unique<RoundTrips>(style, byForm(form, 2, 100, 200), byForm(form, 1, 4, 10)));
}

} // namespace Benchmarks
