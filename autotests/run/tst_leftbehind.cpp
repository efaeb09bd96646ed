// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"
#include "testwalk.h"

#include <ForkFd/run.h>

#include <QtCore/QPromise>
#include <QtCore/QSemaphore>

using ForkFd::ChildProcess;
using ForkFd::RunOptions;
using ForkFd::RunResult;
using namespace std::chrono_literals;

/// The processes that a program of run() leaves behind: reported, killed, awaited.
/// Holds: R17.
class tst_LeftBehind : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void reported_data();
    void reported();
    void killed_data() { TestCgroups::addTrees(); }
    void killed();
    void awaited_data() { TestCgroups::addTrees(); }
    void awaited();
    void timeLimit_data() { TestCgroups::addTrees(); }
    void timeLimit();
    void canceled_data() { TestCgroups::addTrees(); }
    void canceled();
    void stoppedTree_data() { TestCgroups::addTrees(); }
    void stoppedTree();
    void endsInItsGrace_data() { TestCgroups::addTrees(); }
    void endsInItsGrace();
    void outlivesItsGrace();
    void canceledInTheGrace_data() { TestCgroups::addTrees(); }
    void canceledInTheGrace();
    void timeLimitInTheGrace_data() { TestCgroups::addTrees(); }
    void timeLimitInTheGrace();
    void failedStart();

protected:
    void warmUp() override;

private:
    using Scope = ChildProcess::SignalScope;

    static QByteArray endOf(const RunResult &result);
    /// A group that the library can signal after it has collected the leader.
    static bool isReached(bool hasCgroup)
    {
        return hasCgroup || ForkFd::backend() == ForkFd::Backend::PidFd;
    }
    static RunOptions options(Scope scope, const Lifeline &lifeline)
    {
        RunOptions options;
        options.signalScope = scope;
        options.launchOptions.fileDescriptors = {lifeline.asDescriptor()};
        return options;
    }
};

void tst_LeftBehind::warmUp()
{
    StoppingTest::warmUp();
    ForkFd::run(childProgram(), words("exit 0")).then([](const RunResult &) {}).waitForFinished();
}

QByteArray tst_LeftBehind::endOf(const RunResult &result)
{
    return result.startError.step ? text(result.startError) : text(result.exitInfo);
}

void tst_LeftBehind::reported_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<bool>("hasCgroup");
    QTest::addColumn<QString>("command");
    QTest::addColumn<int>("count");
    QTest::newRow("process") << Scope::Process << true << u"branch same exit 3"_s << 0;
    const int reached = reachesGroupWithoutLeader() ? 1 : 0;
    QTest::newRow("group") << Scope::Group << true << u"branch same branch session exit 3"_s << reached;
    QTest::newRow("tree, walk") << Scope::Tree << false << u"branch same branch daemon exit 3"_s
                                << reached;
    if (!TestCgroups::canBeMade())
        return;
    QTest::newRow("tree, cgroup") << Scope::Tree << true << u"branch same branch daemon exit 3"_s << 2;
    QTest::newRow("nothing") << Scope::Tree << true << u"exit 3"_s << 0;
}

void tst_LeftBehind::reported()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    QFETCH(const QString, command);
    QFETCH(const int, count);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    QFuture<RunResult> future =
        ForkFd::run(childProgram(), command.split(u' '), options(scope, lifeline));
    lifeline.letGo();
    const RunResult result = future.result();
    lifeline.cut();
    QCOMPARE(endOf(result), "exited with code 3");
    QCOMPARE(result.leftBehind.count, count);
    QCOMPARE(result.leftBehind.names, count > 0 ? QStringList{u"child"_s} : QStringList());
}

void tst_LeftBehind::killed()
{
    QFETCH(const bool, hasCgroup);
    if (!isReached(hasCgroup))
        QSKIP("The library cannot reach these processes.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    RunOptions wishes = options(Scope::Tree, lifeline);
    wishes.killLeftovers = true;
    QFuture<RunResult> future =
        ForkFd::run(childProgram(), words("ignore 15 branch same branch same exit 3"), wishes);
    lifeline.letGo();
    const RunResult result = future.result();
    QVERIFY(lifeline.isCut());
    QCOMPARE(endOf(result), "exited with code 3");
    QCOMPARE(result.leftBehind.count, 2);
    QVERIFY(!result.timeLimitExceeded);
}

void tst_LeftBehind::awaited()
{
    QFETCH(const bool, hasCgroup);
    if (!hasCgroup && !canHoldMembers())
        QSKIP("The library cannot reach these processes.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    TestPipe go;
    QSemaphore ends;
    RunOptions wishes = options(Scope::Tree, lifeline);
    wishes.waitForTree = true;
    wishes.launchOptions.fileDescriptors.push_back({8, go.readEnd()});
    // The line has no end, so that it comes when the library has seen the end of the program.
    wishes.onLine = [&ends](ChildProcess::ProcessChannel, const QByteArray &) { ends.release(); };
    QFuture<RunResult> future = ForkFd::run(childProgram(), words("write 1 1 heir 3 eof 8"), wishes);
    lifeline.letGo();
    go.closeReadEnd();
    ends.acquire();
    // The thread of run() has gone on when it has served another program.
    QCOMPARE(endOf(ForkFd::run(childProgram(), words("exit 4")).result()), "exited with code 4");
    const bool isEarly = future.isFinished();
    go.closeWriteEnd();
    const RunResult result = future.result();
    QVERIFY(lifeline.isCut());
    QVERIFY(!isEarly);
    QCOMPARE(endOf(result), "exited with code 3");
    QCOMPARE(result.leftBehind.count, 1);
}

// The leftover ignores the stop signal, and gets SIGKILL after the grace.
void tst_LeftBehind::timeLimit()
{
    QFETCH(const bool, hasCgroup);
    if (!isReached(hasCgroup))
        QSKIP("The library cannot reach these processes.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    RunOptions wishes = options(Scope::Tree, lifeline);
    wishes.waitForTree = true;
    wishes.timeLimit = 300ms;
    wishes.stopGrace = 20ms;
    QFuture<RunResult> future =
        ForkFd::run(childProgram(), words("ignore 15 branch same exit 3"), wishes);
    lifeline.letGo();
    const RunResult result = future.result();
    QVERIFY(lifeline.comesToBeCut());
    QVERIFY(result.timeLimitExceeded);
}

void tst_LeftBehind::canceled()
{
    QFETCH(const bool, hasCgroup);
    if (!isReached(hasCgroup))
        QSKIP("The library cannot reach these processes.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    RunOptions wishes = options(Scope::Tree, lifeline);
    wishes.waitForTree = true;
    wishes.stopGrace = 20ms;
    QFuture<RunResult> future =
        ForkFd::run(childProgram(), words("ignore 15 branch same exit 3"), wishes);
    lifeline.letGo();
    future.cancel();
    future.waitForFinished();
    QVERIFY(lifeline.comesToBeCut());
}

// After a kill the kernel needs a moment to end the processes. They were not left behind.
void tst_LeftBehind::stoppedTree()
{
    QFETCH(const bool, hasCgroup);
    if (!hasCgroup && !canHoldMembers())
        QSKIP("The library cannot reach these processes.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    RunOptions wishes = options(Scope::Tree, lifeline);
    wishes.waitForTree = true;
    wishes.stopGrace = 0ms;
    QStringList arguments;
    for (int i = 0; i < 10; ++i)
        arguments += u"fork"_s;
    QPromise<void> stop;
    wishes.stopWhen = stop.future();
    wishes.onOutput = [&stop](ChildProcess::ProcessChannel, const QByteArray &) {
        if (!stop.future().isFinished())
            stop.finish();
    };
    stop.start();
    QFuture<RunResult> future = ForkFd::run(childProgram(), arguments + words("session sleep"), wishes);
    lifeline.letGo();
    const RunResult result = future.result();
    QVERIFY(lifeline.isCut());
    QCOMPARE(result.exitInfo.reason, ForkFd::ExitInfo::Signaled);
    QCOMPARE(result.leftBehind.count, 0);
}

void tst_LeftBehind::endsInItsGrace()
{
    QFETCH(const bool, hasCgroup);
    if (!isReached(hasCgroup))
        QSKIP("The library cannot reach these processes.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    TestPipe go;
    QSemaphore ends;
    RunOptions wishes = options(Scope::Tree, lifeline);
    wishes.leftoverGrace = 24h;
    wishes.launchOptions.fileDescriptors.push_back({8, go.readEnd()});
    wishes.onLine = [&ends](ChildProcess::ProcessChannel, const QByteArray &) { ends.release(); };
    QFuture<RunResult> future = ForkFd::run(childProgram(), words("write 1 1 heir 3 eof 8"), wishes);
    lifeline.letGo();
    go.closeReadEnd();
    ends.acquire(); // The end of the program was seen, as in awaited().
    QCOMPARE(endOf(ForkFd::run(childProgram(), words("exit 4")).result()), "exited with code 4");
    const bool isEarly = future.isFinished();
    go.closeWriteEnd();
    const RunResult result = future.result();
    QVERIFY(lifeline.isCut());
    QVERIFY(!isEarly);
    QCOMPARE(endOf(result), "exited with code 3");
    QCOMPARE(result.leftBehind.count, 0);
    QCOMPARE(result.leftBehind.names, QStringList());
}

void tst_LeftBehind::outlivesItsGrace()
{
    Lifeline lifeline;
    RunOptions wishes = options(Scope::Group, lifeline);
    wishes.leftoverGrace = 1ms;
    QFuture<RunResult> future = ForkFd::run(childProgram(), words("branch same exit 3"), wishes);
    lifeline.letGo();
    const RunResult result = future.result();
    lifeline.cut();
    QCOMPARE(endOf(result), "exited with code 3");
    QCOMPARE(result.leftBehind.count, reachesGroupWithoutLeader() ? 1 : 0);
}

// Cancelling ends the grace: the rest gets the stop signal, and nothing waits for a day.
void tst_LeftBehind::canceledInTheGrace()
{
    QFETCH(const bool, hasCgroup);
    if (!isReached(hasCgroup))
        QSKIP("The library cannot reach these processes.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    QSemaphore ends;
    RunOptions wishes = options(Scope::Tree, lifeline);
    wishes.leftoverGrace = 24h;
    wishes.onLine = [&ends](ChildProcess::ProcessChannel, const QByteArray &) { ends.release(); };
    QFuture<RunResult> future =
        ForkFd::run(childProgram(), words("write 1 1 branch same exit 3"), wishes);
    lifeline.letGo();
    ends.acquire();
    QCOMPARE(endOf(ForkFd::run(childProgram(), words("exit 4")).result()), "exited with code 4");
    future.cancel();
    future.waitForFinished();
    QVERIFY(lifeline.comesToBeCut());
}

// With waitForTree the limit counts while the grace lasts, too.
void tst_LeftBehind::timeLimitInTheGrace()
{
    QFETCH(const bool, hasCgroup);
    if (!isReached(hasCgroup))
        QSKIP("The library cannot reach these processes.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    RunOptions wishes = options(Scope::Tree, lifeline);
    wishes.waitForTree = true;
    wishes.leftoverGrace = 24h;
    wishes.timeLimit = 300ms;
    QFuture<RunResult> future = ForkFd::run(childProgram(), words("branch same exit 3"), wishes);
    lifeline.letGo();
    const RunResult result = future.result();
    QVERIFY(lifeline.comesToBeCut());
    QVERIFY(result.timeLimitExceeded);
}

void tst_LeftBehind::failedStart()
{
    RunOptions wishes;
    wishes.waitForTree = true;
    wishes.killLeftovers = true;
    const RunResult result = ForkFd::run(u"/no/such/program"_s, {}, wishes).result();
    QCOMPARE(endOf(result), "exec: No such file or directory");
    QCOMPARE(result.leftBehind.count, 0);
}

QTEST_GUILESS_MAIN(tst_LeftBehind)
#include "tst_leftbehind.moc"
