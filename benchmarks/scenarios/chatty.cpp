// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The parent reads everything that children write without pause. Measures how much this delays a timer
// in the same event loop, and the notification of another child's end.

#include "../scenario.h"

#include <QtCore/QEventLoop>
#include <QtCore/QTimer>

#include <algorithm>
#include <chrono>
#include <utility>

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
            m_children.push_back(contestant.makeChild());
            m_children.back()->start(m_task);
            m_children.back()->discardOutput();
        }
    }
    ~Chatterers()
    {
        for (const std::unique_ptr<Child> &child : m_children)
            child->kill();
    }
    Chatterers(const Chatterers &) = delete;
    Chatterers &operator=(const Chatterers &) = delete;

private:
    const Task m_task;
    std::vector<std::unique_ptr<Child>> m_children;
};

/// The gaps between the timeouts of a 10 ms timer, in seconds.
std::vector<double> gapsBetweenTimeouts(int count)
{
    using Clock = std::chrono::steady_clock;
    std::vector<double> gaps;
    QEventLoop loop;
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    auto last = Clock::now();
    QObject::connect(&timer, &QTimer::timeout, &timer, [&] {
        const auto now = Clock::now();
        gaps.push_back(std::chrono::duration<double>(now - std::exchange(last, now)).count());
        if (static_cast<int>(gaps.size()) == count)
            loop.quit();
    });
    timer.start(std::chrono::milliseconds(10));
    loop.exec();
    return gaps;
}

class TimerLateness : public Scenario
{
public:
    TimerLateness(int count, int timeouts, Processors processors)
        : Scenario(family("chatty", processors) + "/timer/" + std::to_string(count), Skill::Discard, 1,
                   processors)
        , m_count(count)
        , m_timeouts(timeouts)
    {
    }

    Sample measure(Contestant &contestant) override
    {
        const Chatterers chatterers(contestant, m_count);
        gapsBetweenTimeouts(2); // All children write now.
        std::vector<double> lateness = gapsBetweenTimeouts(m_timeouts);
        for (double &gap : lateness)
            gap = std::max(gap - 0.010, 1e-6); // The timeout after a late one comes early.
        return sampleOf(std::move(lateness));
    }

private:
    const int m_count;
    const int m_timeouts;
};

/// The time from the start of a child that exits at once until the parent has noticed its end.
class EndingBeside : public Scenario
{
public:
    EndingBeside(int count, int endings)
        : Scenario("chatty/ending/" + std::to_string(count), Skill::Single | Skill::Discard, 1)
        , m_count(count)
        , m_endings(endings)
        , m_task(Task::exiting(Channels::None))
    {
    }

    Sample measure(Contestant &contestant) override
    {
        const Chatterers chatterers(contestant, m_count);
        runToEnd(contestant, m_task);
        std::vector<double> seconds;
        for (int i = 0; i < m_endings; ++i) {
            const Stopwatch watch;
            runToEnd(contestant, m_task);
            seconds.push_back(watch.seconds());
        }
        return sampleOf(std::move(seconds));
    }

private:
    const int m_count;
    const int m_endings;
    const Task m_task;
};

} // namespace

void addChatty(Scenarios &scenarios, Form form)
{
    for (const int count : form == Form::Check ? std::vector{2} : std::vector{1, 4, 16, 64}) {
        for (const Processors processors : {Processors::All, Processors::One})
            scenarios.push_back(
                std::make_unique<TimerLateness>(count, byForm(form, 2, 50, 100), processors));
        scenarios.push_back(std::make_unique<EndingBeside>(count, byForm(form, 1, 50, 100)));
    }
}

} // namespace Benchmarks
