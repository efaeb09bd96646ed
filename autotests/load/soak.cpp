// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "belongings.h"
#include "disturbances.h"
#include "outsiders.h"
#include "part.h"
#include "soakobject.h"
#include "ways.h"

#include <QtCore/QEventLoop>

#include <algorithm>
#include <csignal>
#include <thread>

#include <poll.h>

namespace Load {

namespace {

constexpr int coreThreads = 3;
constexpr int homeCount = 3;
constexpr int objectsPerHome = 6;
using namespace std::chrono_literals;

/// A thread with an event loop, which creates objects and gets those of others.
class Home : public QThread
{
public:
    Home(SoakWorld &world, std::uint32_t seed, std::atomic<int> &ready)
        : m_world(world)
        , m_ready(ready)
        , m_random(seed)
    {
    }

protected:
    void run() override
    {
        QTimer timer;
        connect(&timer, &QTimer::timeout, &timer, [this] {
            if (!m_world.isDone && m_world.objects < homeCount * objectsPerHome)
                new SoakObject(m_world, static_cast<std::uint32_t>(m_random()));
        });
        timer.start(1);
        ++m_ready;
        exec();
    }

private:
    SoakWorld &m_world;
    std::atomic<int> &m_ready;
    std::mt19937 m_random;
};

/// Starts children by all ways, one after the other, and sends them signals.
class Sender
{
public:
    Sender(SoakWorld &world, std::uint32_t seed)
        : m_world(world)
        , m_random(seed)
    {
    }

    void run(std::atomic<int> &ready)
    {
        const QEventLoop dispatcher;
        ++ready;
        while (!m_world.isDone)
            startOne();
    }
    void startOne();

private:
    void sendSignals(Running &running, bool isSafe);

    SoakWorld &m_world;
    std::mt19937 m_random;
};

void Sender::startOne()
{
    Deed deed = randomDeed(m_random, false);
    auto way = static_cast<Way>(m_random() % wayCount);
    while (!canDo(way, deed))
        way = static_cast<Way>(m_random() % wayCount);
    // A copied child has our dispositions.
    deed.isDeaf = deed.isDeaf && way != Way::ForkFd && way != Way::VForkFd;
    const auto running = start(m_world.judge, way, deed);
    if (!running)
        return;
    m_world.numbers.add(running->pid());
    const bool isByNumber = way == Way::ForkFd || way == Way::SpawnFd || way == Way::VForkFd;
    if (!deed.end || (!isByNumber && m_random() % 3 == 0))
        sendSignals(*running, deed.end.has_value());
    running->finish();
}

// A child whose deed has no end lives until the first fatal signal.
void Sender::sendSignals(Running &running, bool mayHaveEnded)
{
    const auto send = [&](int signal) {
        const bool isStarted = running.pid() > 0;
        if (!running.sendSignal(signal) && isStarted && !mayHaveEnded)
            running.account().fail("was not there for signal " + std::to_string(signal));
    };
    if (m_random() % 2 == 0) {
        send(SIGSTOP);
        ::poll(nullptr, 0, static_cast<int>(m_random() % 5));
        send(SIGCONT);
    }
    const int signal = running.account().deed().isDeaf ? SIGKILL : fatalSignal(m_random());
    send(signal);
}

/// Runs programs by run() and RunQueue, with limits and output, and cancels some.
class Runner
{
public:
    Runner(SoakWorld &world, std::uint32_t seed)
        : m_world(world)
        , m_random(seed)
    {
    }

    void run()
    {
        while (!m_world.isDone)
            runOne();
    }
    void runOne();

private:
    ForkFd::RunOptions chooseOptions(Account &account);
    QFuture<ForkFd::RunResult> begin(Account &account);
    void check(Account &account, const ForkFd::RunResult &result, bool isCanceled);

    SoakWorld &m_world;
    std::mt19937 m_random;
    ForkFd::RunQueue m_queue{3};
    std::atomic<qint64> m_live = 0;
    bool m_isLive = false;
};

ForkFd::RunOptions Runner::chooseOptions(Account &account)
{
    ForkFd::RunOptions options;
    options.stopGrace = std::chrono::milliseconds(m_random() % 20);
    m_isLive = m_random() % 3 == 0;
    m_live = 0;
    if (m_isLive) {
        options.onOutput = [this, isSlow = m_random() % 8 == 0](auto, const QByteArray &data) {
            m_live += data.size();
            if (isSlow)
                ::poll(nullptr, 0, 1);
        };
        options.maxUndelivered = m_random() % 2 == 0 ? 0 : 10000;
    }
    account.expect(SIGTERM); // Of the limit, or of the future that is canceled.
    account.expect(SIGKILL);
    if (!account.deed().end || m_random() % 4 == 0)
        options.timeLimit = std::chrono::milliseconds(1 + m_random() % 40);
    return options;
}

QFuture<ForkFd::RunResult> Runner::begin(Account &account)
{
    QStringList arguments;
    for (const std::string &word : account.deed().words())
        arguments.append(QString::fromStdString(word));
    const QString program = QStringLiteral(FORKFD_LOAD_CHILD);
    const ForkFd::RunOptions options = chooseOptions(account);
    return m_random() % 2 == 0
        ? ForkFd::run(program, arguments, options)
        : m_queue.run(program, arguments, options, static_cast<int>(m_random() % 3));
}

void Runner::runOne()
{
    Account account(m_world.judge, randomDeed(m_random, true), "run()");
    QFuture<ForkFd::RunResult> future = begin(account);
    const bool isCanceled = m_random() % 6 == 0;
    if (isCanceled) {
        ::poll(nullptr, 0, static_cast<int>(m_random() % 10));
        future.cancel();
    }
    future.waitForFinished();
    if (future.resultCount() > 0 && !future.isCanceled())
        check(account, future.result(), isCanceled);
    else if (isCanceled)
        account.abandon();
    else
        account.fail("has no result");
    m_queue.waitForDone(); // onOutput is not called any more.
}

void Runner::check(Account &account, const ForkFd::RunResult &result, bool isCanceled)
{
    if (result.startError.step == "canceled" && isCanceled)
        return account.abandon();
    if (result.startError.step)
        return account.reportFailure(result.startError);
    const Ending ending = Ending::of(result.exitInfo);
    const qint64 output = m_isLive ? m_live.load() : result.standardOutput.size();
    const int whole = account.deed().output;
    if (output > whole || (account.isOwn(ending) && !result.timeLimitExceeded && output < whole))
        account.fail("has written " + std::to_string(output) + " bytes");
    account.report(ending);
}

/// Blocks SIGCHLD in this thread and in those that it creates.
class BlockedSignal
{
public:
    explicit BlockedSignal(bool isBlocked)
    {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        pthread_sigmask(isBlocked ? SIG_BLOCK : SIG_SETMASK, isBlocked ? &set : nullptr, &m_before);
    }
    ~BlockedSignal() { pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }
    BlockedSignal(const BlockedSignal &) = delete;
    BlockedSignal &operator=(const BlockedSignal &) = delete;

private:
    sigset_t m_before;
};

/// All threads of a soak.
class Soak
{
public:
    Soak(const Part &part, Judge &judge)
        : m_seed(part.seed)
        , m_world{judge}
    {
    }

    void run(int seconds, bool isSignalBlocked)
    {
        startHomes();
        Runner(m_world, m_seed).runOne(); // The library's thread for futures.
        startThreads();
        while (m_ready < homeCount + coreThreads)
            ::poll(nullptr, 0, 1);
        startDisturbances(isSignalBlocked);
        const auto end = Account::Clock::now() + std::chrono::seconds(seconds);
        while (Account::Clock::now() < end && m_world.judge.isContent())
            ::poll(nullptr, 0, 50);
        m_world.isDone = true;
        for (std::thread &thread : m_threads)
            thread.join();
        while (m_world.objects > 0)
            ::poll(nullptr, 0, 10);
        for (const auto &home : m_homes) {
            home->quit();
            home->wait();
        }
        if (!ForkFd::ChildProcess::waitForStopped(2min))
            m_world.judge.fail("children are still being stopped");
    }

private:
    void startHomes()
    {
        for (std::uint32_t i = 0; i < homeCount; ++i) {
            m_homes.push_back(std::make_unique<Home>(m_world, m_seed + i, m_ready));
            m_world.homes.push_back(m_homes.back().get());
        }
        for (const auto &home : m_homes)
            home->start();
    }

    void startThreads()
    {
        for (std::uint32_t i = 0; i < coreThreads; ++i)
            m_threads.emplace_back([this, i] { Sender(m_world, m_seed + 10 + i).run(m_ready); });
        m_threads.emplace_back([this] { Runner(m_world, m_seed + 20).run(); });
        m_threads.emplace_back(
            [this] { keepStartingOutsiders(m_world.judge, m_seed + 30, m_world.isDone); });
    }

    // Qt ends the process if it finds no descriptor for the dispatcher of a thread.
    void startDisturbances(bool isSignalBlocked)
    {
        m_threads.emplace_back([this] { m_disturbances.steal(m_seed + 40); });
        m_threads.emplace_back([this] { m_disturbances.replaceHandlers(m_seed + 50); });
        m_threads.emplace_back([this] { m_disturbances.makeScarce(m_seed + 60); });
        if (isSignalBlocked)
            m_threads.emplace_back([this] { m_disturbances.readSignals(); });
    }

    const std::uint32_t m_seed;
    std::atomic<int> m_ready = 0; ///< Threads that have their dispatcher.
    SoakWorld m_world;
    Disturbances m_disturbances{m_world.judge, m_world.numbers, m_world.isDone};
    std::vector<std::unique_ptr<Home>> m_homes;
    std::vector<std::thread> m_threads;
};

} // namespace

void playSoak(const Part &part, Judge &judge, Figures &figures)
{
    const bool isSignalBlocked = part.seed % 4 == 0;
    const BlockedSignal blocked(isSignalBlocked);
    LeftoverCheck check(judge, "soak");
    Soak(part, judge).run(std::max(1, part.amount / 10), isSignalBlocked);
    check.look();
    Soak(part, judge).run(part.amount, isSignalBlocked);
    check.look();
    figures.add("heapGrowthBytes", check.heapGrowth());
}

} // namespace Load
