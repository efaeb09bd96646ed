// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// How long start() holds its caller, and how starts in the background fare beside a start whose exec
// hangs.

#include "../scenario.h"

#include <heldsystemcall.h>

#include <QtCore/QThread>

namespace Benchmarks {

namespace {

class Holding : public Scenario
{
public:
    Holding(const std::string &name, Task task, int repetitions, Skills needed = Skill::Hold)
        : Scenario("hold/" + name, needed, repetitions)
        , m_task(std::move(task))
    {
    }

    void prepare(Contestant &contestant) override { runToEnd(contestant, m_task); }

    Sample measure(Contestant &contestant) override
    {
        const std::unique_ptr<Child> child = contestant.makeChild();
        const Stopwatch watch;
        child->start(m_task);
        const double seconds = watch.seconds();
        child->awaitEnd();
        return {seconds, {}};
    }

protected:
    const Task &task() const { return m_task; }

private:
    const Task m_task;
};

/// A child that hangs in its exec, as on a network mount whose server does not answer.
class HangingStart
{
public:
    HangingStart(Contestant &contestant, const Task &task)
    {
        if (!m_exec.isPossible())
            throw Impossible("this system cannot hold up a system call (seccomp(2))");
        QThread *const here = QThread::currentThread();
        m_child = m_exec.call([&] {
            std::unique_ptr<DeviceChild> child = contestant.makeDevice();
            child->start(task);
            child->device().moveToThread(here);
            return child;
        });
        if (!m_exec.await())
            throw Failure("the start does not hang");
    }
    ~HangingStart()
    {
        m_exec.letGo();
        m_child->awaitEnd();
    }
    HangingStart(const HangingStart &) = delete;
    HangingStart &operator=(const HangingStart &) = delete;

private:
    HeldSystemCall m_exec{SYS_execve};
    std::unique_ptr<DeviceChild> m_child;
};

/// The same while the start of another child hangs. The counter "life" is the time from the constructor
/// to the destructor, in microseconds.
class HoldingBesideHanging : public Holding
{
public:
    explicit HoldingBesideHanging(int repetitions)
        : Holding("hanging", Task::exiting(Channels::None), repetitions, Skill::Background)
    {
    }

    void prepare(Contestant &contestant) override
    {
        Holding::prepare(contestant);
        m_hanging = std::make_unique<HangingStart>(contestant, task());
    }

    Sample measure(Contestant &contestant) override
    {
        Sample sample = Holding::measure(contestant);
        const Stopwatch watch;
        runToEnd(contestant, task());
        sample.counters["life"] = watch.seconds() * 1e6;
        return sample;
    }

    void leave() override { m_hanging.reset(); }

private:
    std::unique_ptr<HangingStart> m_hanging;
};

} // namespace

void addHolding(Scenarios &scenarios, Form form)
{
    const int repetitions = byForm(form, 1, 60, 250);
    const auto add = [&](const char *name, Task task) {
        scenarios.push_back(std::make_unique<Holding>(name, std::move(task), repetitions));
    };
    add("plain", Task::exiting(Channels::None));
    add("pipes", Task::exiting(Channels::Pipes));
    add("dynamic", Task::exitingDynamic(Channels::None));
    scenarios.push_back(std::make_unique<HoldingBesideHanging>(repetitions));
}

} // namespace Benchmarks
