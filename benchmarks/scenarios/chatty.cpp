// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The parent reads everything that children write without pause. Measures how much this delays a timer
// in the same event loop, and the notification of another child's end.

#include "../scenario.h"

#include <QtCore/QEventLoop>
#include <QtCore/QTimer>

#include <algorithm>
#include <chrono>

namespace Benchmarks {

namespace {

/// Children that write until the destructor kills them.
class Chatterers
{
public:
    Chatterers(Contestant &contestant, int count)
        : m_task(Task::busy({"output", "1000000000000000"}, Channels::Pipes))
    {
        for (int i = 0; i < count; ++i) {
            m_children.push_back(contestant.makeDevice());
            m_children.back()->discardOutput();
            m_children.back()->start(m_task);
        }
    }
    ~Chatterers()
    {
        for (const std::unique_ptr<DeviceChild> &child : m_children)
            child->kill();
    }
    Chatterers(const Chatterers &) = delete;
    Chatterers &operator=(const Chatterers &) = delete;

private:
    const Task m_task;
    std::vector<std::unique_ptr<DeviceChild>> m_children;
};

class BesideChatterers : public Scenario
{
public:
    BesideChatterers(const char *what, int count, int iterations)
        : Scenario(std::string("chatty/") + what + '/' + std::to_string(count), iterations)
        , m_count(count)
    {
    }

    void run(benchmark::State &state, Contestant &contestant) override
    {
        if (!m_chatterers)
            m_chatterers = std::make_unique<Chatterers>(contestant, m_count);
        measure(state, contestant);
    }

    void leave() override { m_chatterers.reset(); }

protected:
    virtual void measure(benchmark::State &state, Contestant &contestant) = 0;

private:
    const int m_count;
    std::unique_ptr<Chatterers> m_chatterers;
};

/// The 99th percentile of the lateness of a 10 ms timer.
class TimerLateness : public BesideChatterers
{
public:
    TimerLateness(int count, int timeouts)
        : BesideChatterers("timer", count, 1)
        , m_timeouts(timeouts)
    {
    }

private:
    using Clock = std::chrono::steady_clock;
    using Seconds = std::chrono::duration<double>;

    void measure(benchmark::State &state, Contestant &) override
    {
        for ([[maybe_unused]] auto _ : state) {
            std::vector<double> gaps = gapsBetweenTimeouts();
            std::sort(gaps.begin(), gaps.end());
            state.SetIterationTime(std::max(gaps[gaps.size() * 99 / 100] - 0.010, 1e-6));
            state.counters["median"] = gaps[gaps.size() / 2] * 1e6;
        }
    }

    std::vector<double> gapsBetweenTimeouts() const
    {
        std::vector<double> gaps;
        QEventLoop loop;
        QTimer timer;
        timer.setTimerType(Qt::PreciseTimer);
        auto last = Clock::now();
        QObject::connect(&timer, &QTimer::timeout, &timer, [&, this] {
            const auto now = Clock::now();
            gaps.push_back(Seconds(now - std::exchange(last, now)).count());
            if (static_cast<int>(gaps.size()) == m_timeouts)
                loop.quit();
        });
        timer.start(std::chrono::milliseconds(10));
        loop.exec();
        return gaps;
    }

    const int m_timeouts;
};

/// The time from the start of a child that exits at once until the parent has noticed its end.
class EndingBeside : public BesideChatterers
{
public:
    EndingBeside(int count, int iterations)
        : BesideChatterers("ending", count, iterations)
    {
    }

private:
    void measure(benchmark::State &state, Contestant &contestant) override
    {
        const Task task = Task::exiting(Channels::None);
        for ([[maybe_unused]] auto _ : state) {
            const Stopwatch watch;
            runToEnd(contestant, task);
            watch.stop(state);
        }
    }
};

} // namespace

void addChatty(Scenarios &scenarios, const Contestant &contestant, Form form)
{
    if (!contestant.hasDevices())
        return;
    const bool isCheck = form == Form::Check;
    for (const int count : isCheck ? std::vector{2} : std::vector{16, 64}) {
        const int timeouts = isCheck ? 2 : form == Form::Short ? 10 : 100;
        scenarios.push_back(std::make_unique<TimerLateness>(count, timeouts));
        scenarios.push_back(std::make_unique<EndingBeside>(count, isCheck ? 1 : 10));
    }
}

} // namespace Benchmarks
