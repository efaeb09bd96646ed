// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// How long a start in the background holds its caller, and how long such a child lives, alone and beside
// a start whose exec hangs.

#include "../scenario.h"

#include <heldsystemcall.h>

#include <QtCore/QThread>

#include <optional>

namespace Benchmarks {

namespace {

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

/// The part of a child's life that a scenario measures.
enum class Span {
    Start, ///< start() alone.
    Life ///< From the constructor to the destructor.
};

class Background : public Scenario
{
public:
    Background(const std::string &name, Task task, Span span, bool besideHanging, int iterations)
        : Scenario(name, iterations)
        , m_task(std::move(task))
        , m_span(span)
        , m_besideHanging(besideHanging)
    {
    }

    void run(benchmark::State &state, Contestant &contestant) override
    {
        runToEnd(contestant, m_task);
        std::optional<HangingStart> hanging;
        if (m_besideHanging)
            hanging.emplace(contestant, m_task);
        for ([[maybe_unused]] auto _ : state) {
            if (m_span == Span::Start) {
                measureStart(state, contestant);
            } else {
                const Stopwatch watch;
                runToEnd(contestant, m_task);
                watch.stop(state);
            }
        }
    }

private:
    void measureStart(benchmark::State &state, Contestant &contestant) const
    {
        const std::unique_ptr<Child> child = contestant.makeChild();
        const Stopwatch watch;
        child->start(m_task);
        watch.stop(state);
        child->awaitEnd();
    }

    const Task m_task;
    const Span m_span;
    const bool m_besideHanging;
};

} // namespace

void addBackground(Scenarios &scenarios, const Contestant &contestant, Form form)
{
    if (!contestant.startsInBackground())
        return;
    const int iterations = form == Form::Check ? 1 : 16;
    const auto add = [&](const char *name, Task task, Span span, bool besideHanging = false) {
        task.startsInBackground = true;
        scenarios.push_back(std::make_unique<Background>(
            std::string("background/") + name, std::move(task), span, besideHanging, iterations));
    };
    add("hold/plain", Task::exiting(Channels::None), Span::Start);
    add("hold/pipes", Task::exiting(Channels::Pipes), Span::Start);
    add("hold/dynamic", Task::exitingDynamic(Channels::None), Span::Start);
    add("hold/hanging", Task::exiting(Channels::None), Span::Start, true);
    add("run/plain", Task::exiting(Channels::None), Span::Life);
    add("run/hanging", Task::exiting(Channels::None), Span::Life, true);
}

} // namespace Benchmarks
