// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// How often the parent of idle children wakes up.

#include "population.h"

#include "../scenario.h"

#include <QtCore/QEventLoop>
#include <QtCore/QTimer>

#include <chrono>

#include <sys/resource.h>

namespace Benchmarks {

namespace {

/// How often any thread of this process goes to sleep while the event loop runs so long.
long sleepsWithin(std::chrono::milliseconds time)
{
    QEventLoop loop;
    QTimer::singleShot(time, Qt::PreciseTimer, &loop, &QEventLoop::quit);
    rusage before = {};
    rusage after = {};
    ::getrusage(RUSAGE_SELF, &before);
    loop.exec();
    ::getrusage(RUSAGE_SELF, &after);
    return after.ru_nvcsw - before.ru_nvcsw;
}

/// The counter "wakeups" is what the children add to those of the timer that ends the measurement.
class Idle : public Scenario
{
public:
    Idle(int count, std::chrono::milliseconds time)
        : Scenario("idle/" + std::to_string(count), Skill::Crowd | Skill::Device, 1)
        , m_count(count)
        , m_time(time)
    {
    }

    Sample measure(Contestant &contestant) override
    {
        const long alone = sleepsWithin(m_time);
        Population population(contestant, Channels::Pipes);
        population.grow(m_count);
        sleepsWithin(std::chrono::milliseconds(50)); // Delivers pending notifications of the starts.
        const Stopwatch watch;
        const long sleeps = sleepsWithin(m_time);
        return {watch.seconds(), {{"wakeups", static_cast<double>(sleeps - alone)}}};
    }

private:
    const int m_count;
    const std::chrono::milliseconds m_time;
};

} // namespace

void addIdle(Scenarios &scenarios, Form form)
{
    const std::chrono::milliseconds time(byForm(form, 50, 1000, 1000));
    scenarios.push_back(std::make_unique<Idle>(10, time));
}

} // namespace Benchmarks
