// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "runtest.h"

#include <ForkFd/runqueue.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

using ForkFd::RunQueue;
using ForkFd::RunResult;
using namespace std::chrono_literals;

/// A RunQueue that several threads use at random. FORKFD_TEST_SEED repeats a run.
/// Holds: R8.
class tst_RunQueueStress : public RunTest
{
    Q_OBJECT

private Q_SLOTS:
    void atRandom();

protected:
    /// Without a continuation: ThreadSanitizer does not understand Qt's.
    void warmUp() override
    {
        ChildProcessTest::warmUp(); // clazy:exclude=skipped-base-method
        run("exit 0").waitForFinished();
        warmUpKeeper();
    }

private:
    /// What several threads do to queues at the same time.
    class Users
    {
    public:
        explicit Users(unsigned seed)
            : m_seed(seed)
        {
        }
        /// Returns the number of futures that did not end as they should.
        int run();

    private:
        void use(unsigned number);
        void step(std::mt19937 &random, std::vector<QFuture<RunResult>> &futures);
        void submit(std::mt19937 &random, std::vector<QFuture<RunResult>> &futures);
        static const char *commandFor(std::mt19937 &random, ForkFd::RunOptions &options);
        std::shared_ptr<RunQueue> queue();
        void replaceQueue();
        static bool endsWell(QFuture<RunResult> future);

        const unsigned m_seed;
        std::atomic<int> m_failures = 0;
        std::mutex m_mutex;
        std::shared_ptr<RunQueue> m_queue = std::make_shared<RunQueue>(2);
    };
};

int tst_RunQueueStress::Users::run()
{
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 4; ++i)
        threads.emplace_back([this, i] { use(i); });
    for (std::thread &thread : threads)
        thread.join();
    m_failures += !m_queue->waitForDone(5min);
    return m_failures;
}

void tst_RunQueueStress::Users::use(unsigned number)
{
    std::mt19937 random(m_seed + number);
    std::vector<QFuture<RunResult>> futures;
    for (int i = 0; i < 150; ++i)
        step(random, futures);
    for (QFuture<RunResult> &future : futures) {
        if (random() % 2 == 0)
            future.cancel();
    }
    queue()->cancelAll();
    replaceQueue(); // Nothing else ends programs that sleep without a limit.
    for (const QFuture<RunResult> &future : futures)
        m_failures += !endsWell(future);
}

void tst_RunQueueStress::Users::step(std::mt19937 &random, std::vector<QFuture<RunResult>> &futures)
{
    switch (random() % 16) {
    case 0:
        replaceQueue();
        break;
    case 1:
        queue()->cancelAll();
        break;
    case 2:
        queue()->setMaxInFlight(static_cast<int>(random() % 5));
        break;
    case 3:
        queue()->waitForDone(std::chrono::milliseconds(random() % 3));
        break;
    case 4:
    case 5:
        if (!futures.empty())
            futures[random() % futures.size()].cancel();
        break;
    default:
        submit(random, futures);
    }
}

// A lost cancellation shows in programs that sleep without a limit.
const char *tst_RunQueueStress::Users::commandFor(std::mt19937 &random, ForkFd::RunOptions &options)
{
    switch (random() % 8) {
    case 0:
        options.timeLimit = 20ms;
        return "sleep";
    case 1:
        return "sleep";
    default:
        return "exit 3";
    }
}

void tst_RunQueueStress::Users::submit(std::mt19937 &random, std::vector<QFuture<RunResult>> &futures)
{
    const auto priority = static_cast<int>(random() % 3);
    ForkFd::RunOptions options;
    const char *command = commandFor(random, options);
    const QString program = random() % 8 == 0 ? u"/no/such/program"_s : childProgram();
    futures.push_back(queue()->run(program, words(command), options, priority));
    if (random() % 8 == 0)
        futures.back().cancel();
}

std::shared_ptr<RunQueue> tst_RunQueueStress::Users::queue()
{
    const std::lock_guard lock(m_mutex);
    return m_queue;
}

// The last user destroys the old one.
void tst_RunQueueStress::Users::replaceQueue()
{
    auto fresh = std::make_shared<RunQueue>(3);
    const std::lock_guard lock(m_mutex);
    m_queue.swap(fresh);
}

bool tst_RunQueueStress::Users::endsWell(QFuture<RunResult> future)
{
    future.waitForFinished();
    if (future.isCanceled())
        return true;
    const QByteArray end = endOf(future.result());
    return end == "exited with code 3" || end == "killed by SIGTERM"
        || end == "exec: No such file or directory" || end == "canceled: Operation canceled";
}

void tst_RunQueueStress::atRandom()
{
    const unsigned seed = qEnvironmentVariableIsSet("FORKFD_TEST_SEED")
        ? static_cast<unsigned>(qEnvironmentVariableIntValue("FORKFD_TEST_SEED"))
        : std::random_device()();
    qInfo("FORKFD_TEST_SEED=%u", seed);
    QCOMPARE(Users(seed).run(), 0);
}

QTEST_GUILESS_MAIN(tst_RunQueueStress)
#include "tst_runqueuestress.moc"
