// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The life of a child that exits at once, from the constructor of its object to the destructor.

#include "../scenario.h"

namespace Benchmarks {

namespace {

class StartAndFinish : public Scenario
{
public:
    StartAndFinish(Channels channels, Style style, Processors processors, int repetitions)
        : Scenario(family("run", processors) + '/' + nameOf(channels)
                       + (style == Style::Waiting ? "/wait" : "/loop"),
                   style == Style::Waiting ? Skill::Single | Skill::Wait : Skill::Single, repetitions,
                   processors)
        , m_task(Task::exiting(channels, style))
    {
    }

    void prepare(Contestant &contestant) override
    {
        proveChannels(contestant, m_task.channels);
        runToEnd(contestant, m_task);
    }

    Sample measure(Contestant &contestant) override
    {
        const ProcessorWatch processor;
        const Stopwatch watch;
        runToEnd(contestant, m_task);
        const double seconds = watch.seconds();
        return {seconds, {{"cpu", processor.microseconds()}}};
    }

private:
    const Task m_task;
};

} // namespace

void addStartAndFinish(Scenarios &scenarios, Form form)
{
    const int repetitions = byForm(form, 1, 60, 250);
    for (const Processors processors : {Processors::All, Processors::One}) {
        for (const Channels channels : {Channels::None, Channels::Pipes}) {
            for (const Style style : {Style::EventLoop, Style::Waiting})
                scenarios.push_back(
                    std::make_unique<StartAndFinish>(channels, style, processors, repetitions));
        }
    }
}

} // namespace Benchmarks
