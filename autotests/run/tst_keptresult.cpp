// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "runtest.h"
#include "testpipe.h"

#include <ForkFd/runqueue.h>

#include <QtCore/QPromise>

using ForkFd::RunOptions;
using ForkFd::RunQueue;
using ForkFd::RunResult;
using namespace std::chrono_literals;

/// The result of run(): whether its output is complete, and a stop that keeps it.
/// Holds: H18 (completeBesideOthers), R10 (stopWhen).
class tst_KeptResult : public RunTest
{
    Q_OBJECT

private Q_SLOTS:
    void complete_data();
    void complete();
    void completeBesideOthers();
    void stopWhen();
    void stopWhenAlreadyFinished();
    void stopWhenItWaits();
    void stopWhenWithProgress();
};

void tst_KeptResult::complete_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<std::chrono::milliseconds>("drain");
    QTest::addColumn<bool>("isComplete");
    const auto row = [](const char *name, const char *command, std::chrono::milliseconds drain,
                        bool isComplete) {
        QTest::newRow(name) << QString::fromLatin1(command) << drain << isComplete;
    };
    row("no output", "exit 0", 0ms, true);
    row("output", "write 100000 1 write 5 2", 0ms, true);
    row("killed", "write 5 1 signal 9", 0ms, true);
    row("held open", "heir 0 eof 8", 0ms, false);
    row("held open for too long", "heir 0 eof 8", 20ms, false);
    row("not started", "", 0ms, false);
}

void tst_KeptResult::complete()
{
    QFETCH(const QString, command);
    QFETCH(const std::chrono::milliseconds, drain);
    TestPipe hold;
    RunOptions options;
    options.drainTimeout = drain;
    options.launchOptions.fileDescriptors = {{8, hold.readEnd()}};
    const QString program = command.isEmpty() ? u"/no/such/program"_s : childProgram();
    const RunResult result = ForkFd::run(program, command.split(u' '), options).result();
    QTEST(result.outputComplete, "isComplete");
    hold.closeWriteEnd();
}

// Other children that are being started have copies of the write ends for a moment. 55 of 600 results
// once said that output may be missing.
void tst_KeptResult::completeBesideOthers()
{
    RunQueue queue(8);
    QList<QFuture<RunResult>> futures;
    for (int i = 0; i < 200; ++i)
        futures += queue.run(childProgram(), words("write 3 1 exit 0"));
    int incompleteCount = 0;
    for (const QFuture<RunResult> &future : std::as_const(futures)) {
        const RunResult result = future.result();
        QCOMPARE(result.standardOutput, "xxx");
        incompleteCount += result.outputComplete ? 0 : 1;
    }
    QVERIFY(queue.waitForDone());
    QCOMPARE(incompleteCount, 0);
}

void tst_KeptResult::stopWhen()
{
    TestPipe ready;
    QPromise<void> promise;
    promise.start();
    RunOptions options;
    options.stopWhen = promise.future();
    options.launchOptions.fileDescriptors = {{8, ready.writeEnd()}};
    QFuture<RunResult> future = run("write 5 1 write 1 8 sleep", options);
    QCOMPARE(ready.read(), "x");
    QVERIFY(!future.isFinished());
    promise.finish();
    const RunResult result = future.result();
    QCOMPARE(endOf(result), "killed by SIGTERM");
    QCOMPARE(result.standardOutput, "xxxxx");
    QVERIFY(result.exitInfo.hasUsage);
    future.waitForFinished();
    QVERIFY(!future.isCanceled());
}

void tst_KeptResult::stopWhenAlreadyFinished()
{
    RunOptions options;
    options.stopWhen = QFuture<void>();
    const QByteArray end = endOf(run("sleep", options).result());
    QVERIFY2(end == "killed by SIGTERM" || end == "canceled: Operation canceled", end.constData());
}

void tst_KeptResult::stopWhenItWaits()
{
    TestPipe go;
    RunQueue queue(1);
    RunOptions options;
    options.launchOptions.fileDescriptors = {{8, go.readEnd()}};
    QFuture<RunResult> first = queue.run(childProgram(), words("eof 8"), options);
    QPromise<void> promise;
    promise.start();
    options.stopWhen = promise.future();
    QFuture<RunResult> stopped = queue.run(childProgram(), words("eof 8"), options);
    promise.finish();
    QCOMPARE(endOf(stopped.result()), "canceled: Operation canceled");
    QVERIFY(!first.isFinished());
    go.closeWriteEnd();
    QVERIFY(queue.waitForDone());
}

// That future reports much before it is finished.
void tst_KeptResult::stopWhenWithProgress()
{
    QPromise<int> promise;
    promise.start();
    RunOptions options;
    options.stopWhen = QFuture<void>(promise.future());
    QFuture<RunResult> future = run("sleep", options);
    for (int i = 0; i < 1000; ++i)
        promise.addResult(i);
    QVERIFY(!future.isFinished());
    promise.finish();
    const QByteArray end = endOf(future.result());
    QVERIFY2(end == "killed by SIGTERM" || end == "canceled: Operation canceled", end.constData());
}

QTEST_GUILESS_MAIN(tst_KeptResult)
#include "tst_keptresult.moc"
