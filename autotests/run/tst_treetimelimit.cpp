// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"

#include <ForkFd/run.h>

#include <atomic>
#include <csignal>
#include <ctime>

#include <sys/syscall.h>
#include <unistd.h>

using ForkFd::ChildProcess;
using ForkFd::RunOptions;
using ForkFd::RunResult;
using namespace std::chrono_literals;

static std::atomic<long> skippedSeconds = 0;

// Lets time pass for this process alone, so that a limit can be long and a test short.
extern "C" int clock_gettime(clockid_t clock, timespec *time) noexcept
{
    const auto result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
    if (result == 0 && clock == CLOCK_MONOTONIC)
        time->tv_sec += skippedSeconds;
    return result;
}

/// The time limit of a program of run() that has left processes behind: counted from the start.
/// Holds: R17.
class tst_TreeTimeLimit : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { StoppingTest::init(); }
    void cleanup() { StoppingTest::cleanup(); }
    void goesOn_data();
    void goesOn();

protected:
    void warmUp() override;

private:
    static void serveAnother();
};

void tst_TreeTimeLimit::warmUp()
{
    StoppingTest::warmUp();
    ForkFd::run(childProgram(), words("exit 0")).then([](const RunResult &) {}).waitForFinished();
}

// Wakes the thread of run(). It checks its deadlines before the call returns.
void tst_TreeTimeLimit::serveAnother()
{
    QCOMPARE(ForkFd::run(childProgram(), words("exit 4")).result().exitInfo.code, 4);
}

void tst_TreeTimeLimit::goesOn_data()
{
    QTest::addColumn<std::chrono::seconds>("leftoverGrace");
    QTest::addColumn<std::chrono::seconds>("drainTimeout");
    QTest::newRow("after the grace") << 25s << 0s;
    QTest::newRow("in the grace") << 1000s << 0s;
    QTest::newRow("after draining") << 0s << 25s;
    QTest::newRow("after draining, in the grace") << 1000s << 25s;
}

// The limit once began anew when the grace or draining was over.
void tst_TreeTimeLimit::goesOn()
{
    QFETCH(const std::chrono::seconds, leftoverGrace);
    QFETCH(const std::chrono::seconds, drainTimeout);
    if (!reachesGroupWithoutLeader())
        QSKIP("The library cannot reach these processes.");
    Lifeline lifeline;
    RunOptions options;
    options.signalScope = ChildProcess::SignalScope::Group;
    options.launchOptions.fileDescriptors = {lifeline.asDescriptor()};
    options.waitForTree = true;
    options.timeLimit = 30s;
    options.leftoverGrace = leftoverGrace;
    options.drainTimeout = drainTimeout;
    std::atomic<pid_t> pid = 0;
    options.onStarted = [&pid](qint64 processId) { pid = static_cast<pid_t>(processId); };
    QFuture<RunResult> future = ForkFd::run(childProgram(), words("branch same exit 3"), options);
    lifeline.letGo();
    QTRY_VERIFY_WITH_TIMEOUT(pid != 0 && ::kill(pid, 0) != 0, 60000); // It was reaped.
    serveAnother(); // The grace or draining has begun.
    skippedSeconds += 40;
    serveAnother();
    QVERIFY(QTest::qWaitFor([&future] { return future.isFinished(); }, 20000));
    QVERIFY(lifeline.comesToBeCut());
    QVERIFY(future.result().timeLimitExceeded);
    QCOMPARE(future.result().exitInfo.code, 3);
}

QTEST_GUILESS_MAIN(tst_TreeTimeLimit)
#include "tst_treetimelimit.moc"
