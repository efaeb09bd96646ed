// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The parent reads the output of a child that writes as fast as it can.

#include "../scenario.h"

namespace Benchmarks {

namespace {

class Output : public Scenario
{
public:
    Output(std::string name, Skills needed, int pipeSize, int size, int repetitions,
           Processors processors)
        : Scenario(std::move(name), needed, repetitions, processors)
        , m_size(static_cast<std::int64_t>(size) * mebibyte)
        , m_task(Task::busy({"output", std::to_string(m_size)}, Channels::Pipes))
    {
        m_task.pipeSize = pipeSize;
    }

    Sample measure(Contestant &contestant) override
    {
        const std::unique_ptr<Child> child = contestant.makeChild();
        const Stopwatch watch;
        child->start(m_task);
        const std::int64_t received = child->readToEnd();
        const int end = child->awaitEnd();
        const double seconds = watch.seconds();
        if (end != 0 || received != m_size)
            throw Failure("received " + std::to_string(received) + " of " + std::to_string(m_size));
        return {seconds, {{"rate", static_cast<double>(m_size) / seconds}}};
    }

private:
    const std::int64_t m_size;
    Task m_task;
};

} // namespace

void addOutput(Scenarios &scenarios, Form form)
{
    const int size = byForm(form, 4, 64, 256);
    const int repetitions = byForm(form, 1, 3, 6);
    for (const Processors processors : {Processors::All, Processors::One}) {
        const auto add = [&](const std::string &name, Skills needed, int pipeSize) {
            scenarios.push_back(
                std::make_unique<Output>(name, needed, pipeSize, size, repetitions, processors));
        };
        add(family("output", processors), Skill::Read, mebibyte);
        for (const int kibibytes : {64, 128, 256, 512, 1024})
            add(family("pipe", processors) + '/' + std::to_string(kibibytes), Skill::PipeSize,
                kibibytes << 10);
    }
}

} // namespace Benchmarks
