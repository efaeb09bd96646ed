// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Many children that exit at once, some of them at the same time, from one thread or from several.

#include "../scenario.h"

#include <QtCore/QThread>

#include <exception>

namespace Benchmarks {

namespace {

/// A thread whose function may throw.
class Worker
{
public:
    template<typename Function>
    explicit Worker(Function function)
        : m_thread(QThread::create([this, function] {
            try {
                function();
            } catch (...) {
                m_failure = std::current_exception();
            }
        }))
    {
        m_thread->start();
    }
    ~Worker() { m_thread->wait(); }
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    void finish()
    {
        m_thread->wait();
        if (m_failure)
            std::rethrow_exception(m_failure);
    }

private:
    std::exception_ptr m_failure;
    const std::unique_ptr<QThread> m_thread;
};

class Throughput : public Scenario
{
public:
    Throughput(int inFlight, int threads, int count, int repetitions)
        : Scenario("many/" + std::to_string(threads) + '/' + std::to_string(inFlight),
                   threads == 1 ? Skill::Many : Skill::Many | Skill::Threads, repetitions)
        , m_inFlight(inFlight)
        , m_threads(threads)
        , m_count(count)
        , m_task(Task::exiting(Channels::Pipes, Style::Waiting))
    {
    }

    void prepare(Contestant &contestant) override { contestant.runMany(m_task, 1, 1); }

    // The time is that of one child.
    Sample measure(Contestant &contestant) override
    {
        const Stopwatch watch;
        if (m_threads == 1)
            contestant.runMany(m_task, m_count, m_inFlight);
        else
            runInThreads(contestant);
        return {watch.seconds() / m_count, {}};
    }

private:
    void runInThreads(Contestant &contestant) const
    {
        std::vector<std::unique_ptr<Worker>> workers;
        for (int i = 0; i < m_threads; ++i) {
            workers.push_back(std::make_unique<Worker>(
                [&] { contestant.runMany(m_task, m_count / m_threads, m_inFlight); }));
        }
        for (const auto &worker : workers)
            worker->finish();
    }

    const int m_inFlight;
    const int m_threads;
    const int m_count;
    const Task m_task;
};

} // namespace

void addThroughput(Scenarios &scenarios, Form form)
{
    for (const int threads : {1, 4}) {
        for (const int inFlight : {1, 2, 8, 32})
            scenarios.push_back(std::make_unique<Throughput>(
                inFlight, threads, byForm(form, 8, 200, 400), byForm(form, 1, 4, 5)));
    }
}

} // namespace Benchmarks
