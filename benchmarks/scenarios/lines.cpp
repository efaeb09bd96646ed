// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Reads the lines of a child with readLine(), as they arrive or after the child's end.

#include "../scenario.h"

namespace Benchmarks {

namespace {

enum class When { Arriving, AfterTheEnd };

class Lines : public Scenario
{
public:
    Lines(When when, int count, int repetitions)
        : Scenario(when == When::Arriving ? "lines/arriving" : "lines/end", Skill::Device, repetitions)
        , m_when(when)
        , m_count(count)
        , m_task(Task::busy({"lines", std::to_string(count)}, Channels::Pipes))
    {
    }

    Sample measure(Contestant &contestant) override
    {
        int received = 0;
        const std::unique_ptr<DeviceChild> child = contestant.makeDevice();
        QIODevice &device = child->device();
        const auto read = [&] {
            while (device.canReadLine())
                received += device.readLine().size() == lineLength;
        };
        if (m_when == When::Arriving)
            QObject::connect(&device, &QIODevice::readyRead, &device, read);
        const Stopwatch watch;
        child->start(m_task);
        child->awaitEnd();
        read();
        const double seconds = watch.seconds();
        if (received != m_count)
            throw Failure("received " + std::to_string(received) + " lines of "
                          + std::to_string(m_count));
        return {seconds, {}};
    }

private:
    static constexpr int lineLength = 16;

    const When m_when;
    const int m_count;
    const Task m_task;
};

} // namespace

void addLines(Scenarios &scenarios, Form form)
{
    for (const When when : {When::Arriving, When::AfterTheEnd})
        scenarios.push_back(std::make_unique<Lines>(when, byForm(form, 10'000, 1'000'000, 1'000'000),
                                                    byForm(form, 1, 3, 5)));
}

} // namespace Benchmarks
