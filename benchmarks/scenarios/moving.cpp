// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Moves objects with running children to another thread and back.

#include "../scenario.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QThread>

#include <csignal>

namespace Benchmarks {

namespace {

/// A thread with an event loop.
class OtherThread
{
public:
    OtherThread()
    {
        m_thread.start();
        m_context.moveToThread(&m_thread);
    }
    ~OtherThread()
    {
        m_thread.quit();
        m_thread.wait();
    }
    OtherThread(const OtherThread &) = delete;
    OtherThread &operator=(const OtherThread &) = delete;

    QThread *thread() { return &m_thread; }

    /// Calls the function there, after everything that the thread was asked to do before.
    template<typename Function>
    void call(Function function)
    {
        QMetaObject::invokeMethod(&m_context, function, Qt::BlockingQueuedConnection);
    }

private:
    QObject m_context;
    QThread m_thread;
};

/// The time is that of one object and one way.
class Moving : public Scenario
{
public:
    Moving(int count, int repetitions)
        : Scenario("move/" + std::to_string(count), Skill::Device, repetitions)
        , m_count(count)
        , m_task(Task::busy({"sleep"}, Channels::Pipes))
    {
    }

    Sample measure(Contestant &contestant) override
    {
        std::vector<std::unique_ptr<DeviceChild>> children;
        for (int i = 0; i < m_count; ++i) {
            children.push_back(contestant.makeDevice());
            children.back()->start(m_task);
        }
        QCoreApplication::processEvents();
        const double seconds = moveToAndFro(children);
        for (const auto &child : children)
            child->kill();
        if (const int end = children.back()->awaitEnd(); end != -SIGKILL)
            throw Failure("a killed child ended with " + std::to_string(end));
        return {seconds / (2 * m_count), {}};
    }

private:
    // Both threads take over the notifications of the objects before the time is up.
    static double moveToAndFro(const std::vector<std::unique_ptr<DeviceChild>> &children)
    {
        OtherThread other;
        QThread *const here = QThread::currentThread();
        const auto moveAll = [&children](QThread *thread) {
            for (const auto &child : children)
                child->device().moveToThread(thread);
        };
        const Stopwatch watch;
        moveAll(other.thread());
        other.call([] { QCoreApplication::processEvents(); });
        other.call([&] { moveAll(here); });
        QCoreApplication::processEvents();
        return watch.seconds();
    }

    const int m_count;
    const Task m_task;
};

} // namespace

void addMoving(Scenarios &scenarios, Form form)
{
    scenarios.push_back(std::make_unique<Moving>(byForm(form, 10, 1000, 1000), byForm(form, 1, 2, 3)));
}

} // namespace Benchmarks
