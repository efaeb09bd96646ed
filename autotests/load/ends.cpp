// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "belongings.h"
#include "part.h"
#include "ways.h"

#include <QtCore/QEventLoop>

#include <memory>
#include <thread>
#include <vector>

namespace Load {

namespace {

constexpr int threadCount = 8;
constexpr int epochCount = 10;
constexpr int batchSize = 25; // In each thread.

/// The children of one thread, batch by batch.
class Starter
{
public:
    Starter(Judge &judge, ForkFd::RunQueue &queue)
        : m_judge(judge)
        , m_options{.queue = &queue}
    {
    }

    void run(std::uint64_t first, std::uint64_t count)
    {
        const QEventLoop dispatcher; // Objects are watched from now on.
        for (std::uint64_t i = 0; i < count && m_judge.isContent(); ++i) {
            startOne(first + i * threadCount);
            if (m_running.size() == batchSize)
                finishAll();
        }
        finishAll();
    }

private:
    void startOne(std::uint64_t number)
    {
        const auto way = static_cast<Way>(number / threadCount % (wayCount + 1));
        if (static_cast<int>(way) == wayCount)
            drop(number);
        else if (auto running = start(m_judge, way, Deed::numbered(number), m_options))
            m_running.push_back(std::move(running));
    }

    // The keeper reaps a child whose owner has gone.
    void drop(std::uint64_t number)
    {
        const auto running = start(m_judge, Way::Wait, Deed::numbered(number));
        if (running)
            running->account().abandon();
    }

    void finishAll()
    {
        for (const auto &running : m_running)
            running->finish();
        m_running.clear();
    }

    Judge &m_judge;
    const StartOptions m_options;
    std::vector<std::unique_ptr<Running>> m_running;
};

} // namespace

void playEnds(const Part &part, Judge &judge, Figures &figures)
{
    LeftoverCheck check(judge, "ends");
    check.setWarmUps(3); // The tables and the heap reach their size.
    ForkFd::RunQueue queue;
    const auto share = static_cast<std::uint64_t>(part.amount / epochCount / threadCount);
    for (std::uint64_t epoch = 0; epoch < epochCount && judge.isContent(); ++epoch) {
        std::vector<std::thread> threads;
        for (std::uint64_t i = 0; i < threadCount; ++i) {
            const std::uint64_t first = part.seed + epoch * share * threadCount + i;
            threads.emplace_back([&, first] { Starter(judge, queue).run(first, share); });
        }
        for (std::thread &thread : threads)
            thread.join();
        check.look();
    }
    figures.add("heapGrowthBytes", check.heapGrowth());
    figures.add("residentGrowthKiB", check.residentGrowthKiB());
}

} // namespace Load
