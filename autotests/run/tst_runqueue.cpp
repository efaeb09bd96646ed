// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "lifeline.h"
#include "queuetest.h"

#include <QtCore/QDeadlineTimer>
#include <QtCore/QDir>
#include <QtCore/QPromise>
#include <QtCore/QTemporaryDir>

#include <algorithm>
#include <atomic>
#include <climits>
#include <memory>
#include <thread>

using namespace std::chrono_literals;

/// RunQueue runs some programs at a time, by priority and in order.
/// Holds: R8 (limit, order, canceledWhileItWaits).
class tst_RunQueue : public QueueTest
{
    Q_OBJECT

private Q_SLOTS:
    void limit_data();
    void limit();
    void fewProgramsLive();
    void order();
    void raisedLimit();
    void loweredLimit();
    void failedStartsFreeTheirPlace();
    void invalidOptions();
    void canceledWhileItWaits();
    void canceledWhileItBegins_data();
    void canceledWhileItBegins();
    void cancelAll();
    void cancelAllStartsNothing();
    void destruction();
    void waitForDone();
    void waitInAContinuation();
    void resultFreesThePlace();
    void blockingContinuation();
    void manyWaiting();
    void fromManyThreads();
    void inForkedCopy();
};

void tst_RunQueue::limit_data()
{
    QTest::addColumn<int>("limit");
    QTest::addColumn<int>("expected");
    for (const int limit : {1, 2, 5})
        QTest::addRow("%d", limit) << limit << limit;
    QTest::newRow("zero") << 0 << 1;
    QTest::newRow("negative") << -3 << 1;
}

void tst_RunQueue::limit()
{
    QFETCH(const int, limit);
    QFETCH(const int, expected);
    RunQueue queue(limit);
    QCOMPARE(queue.maxInFlight(), expected);
    Gate gate;
    QList<QFuture<RunResult>> futures;
    for (int i = 0; i < 8; ++i)
        futures += gate.enter(queue);
    QCOMPARE(queue.runningCount(), expected);
    QCOMPARE(queue.pendingCount(), 8 - expected);
    QVERIFY(!queue.waitForDone(0ms));
    gate.open();
    std::atomic<int> most = 0;
    for (const QFuture<RunResult> &future : std::as_const(futures)) {
        most = std::max(most.load(), queue.runningCount());
        QCOMPARE(endOf(future.result()), "exited with code 0");
    }
    QVERIFY(most <= expected);
    QVERIFY(queue.waitForDone());
    QCOMPARE(queue.runningCount(), 0);
    QCOMPARE(queue.pendingCount(), 0);
}

// As the programs themselves tell: each writes b when it has begun, and e before it ends.
void tst_RunQueue::fewProgramsLive()
{
    TestPipe pipe;
    RunQueue queue(3);
    RunOptions options;
    options.launchOptions.fileDescriptors = {{8, pipe.writeEnd()}};
    for (int i = 0; i < 60; ++i)
        static_cast<void>(queue.run(u"sh"_s, {u"-c"_s, u"printf b >&8; printf e >&8"_s}, options));
    pipe.closeWriteEnd();
    const QByteArray log = pipe.readAll();
    QCOMPARE(log.count('b'), 60);
    QCOMPARE(log.count('e'), 60);
    int living = 0;
    for (const char event : log) {
        living += event == 'b' ? 1 : -1;
        QVERIFY(living <= 3);
    }
}

void tst_RunQueue::order()
{
    RunQueue queue(1);
    Gate gate;
    TestPipe pipe;
    RunOptions options;
    options.launchOptions.fileDescriptors = {{8, pipe.writeEnd()}};
    QFuture<RunResult> first = gate.enter(queue);
    const int priorities[] = {0, 0, 5, -1, 5, 0, INT_MAX, INT_MIN};
    for (int i = 0; i < 8; ++i)
        static_cast<void>(
            queue.run(u"sh"_s, {u"-c"_s, u"echo %1 >&8"_s.arg(i)}, options, priorities[i]));
    QCOMPARE(queue.pendingCount(), 8);
    gate.open();
    QVERIFY(queue.waitForDone());
    pipe.closeWriteEnd();
    QCOMPARE(pipe.readAll().replace('\n', ' '), "6 2 4 0 1 5 3 7 ");
}

void tst_RunQueue::raisedLimit()
{
    RunQueue queue(1);
    Gate gate;
    for (int i = 0; i < 5; ++i)
        static_cast<void>(gate.enter(queue));
    queue.setMaxInFlight(3);
    QCOMPARE(queue.maxInFlight(), 3);
    QTRY_COMPARE(queue.runningCount(), 3);
    QCOMPARE(queue.pendingCount(), 2);
    gate.open();
    QVERIFY(queue.waitForDone());
}

void tst_RunQueue::loweredLimit()
{
    RunQueue queue(3);
    Gate first;
    Gate second;
    static_cast<void>(first.enter(queue));
    static_cast<void>(second.enter(queue));
    static_cast<void>(second.enter(queue));
    QFuture<RunResult> last = run(queue, "exit 3");
    queue.setMaxInFlight(0);
    QCOMPARE(queue.maxInFlight(), 1);
    QCOMPARE(queue.runningCount(), 3); // They continue.
    first.open();
    QTRY_COMPARE(queue.runningCount(), 2);
    QCOMPARE(queue.pendingCount(), 1);
    second.open();
    QCOMPARE(endOf(last.result()), "exited with code 3");
}

void tst_RunQueue::failedStartsFreeTheirPlace()
{
    RunQueue queue(1);
    QList<QFuture<RunResult>> futures;
    for (int i = 0; i < 20; ++i)
        futures += queue.run(u"/no/such/program"_s);
    for (const QFuture<RunResult> &future : std::as_const(futures))
        QCOMPARE(endOf(future.result()), "exec: No such file or directory");
    QCOMPARE(endOf(run(queue, "exit 3").result()), "exited with code 3");
}

// They are told without a wait.
void tst_RunQueue::invalidOptions()
{
    RunQueue queue(1);
    Gate gate;
    static_cast<void>(gate.enter(queue));
    RunOptions options;
    options.launchOptions.fileDescriptors = {{8, 12345}};
    QCOMPARE(endOf(run(queue, "exit 0", options).result()), "fileDescriptors: Bad file descriptor");
    QCOMPARE(queue.pendingCount(), 0);
    gate.open();
    QVERIFY(queue.waitForDone());
}

void tst_RunQueue::canceledWhileItWaits()
{
    RunQueue queue(1);
    Gate gate;
    QFuture<RunResult> first = gate.enter(queue);
    QFuture<RunResult> canceled = run(queue, "exit 4");
    QFuture<RunResult> last = run(queue, "exit 3");
    canceled.cancel();
    canceled.waitForFinished();
    QCOMPARE(canceled.resultCount(), 0);
    QVERIFY(!first.isFinished());
    QCOMPARE(queue.pendingCount(), 1);
    QCOMPARE(queue.runningCount(), 1);
    gate.open();
    QCOMPARE(endOf(last.result()), "exited with code 3");
}

void tst_RunQueue::canceledWhileItBegins_data()
{
    QTest::addColumn<bool>("byStopWhen");
    QTest::newRow("canceled") << false;
    QTest::newRow("stopWhen") << true;
}

// It comes at every moment of a turn. If it were lost, the program would sleep on.
void tst_RunQueue::canceledWhileItBegins()
{
    QFETCH(const bool, byStopWhen);
    constexpr std::size_t queueCount = 8;
    const int rounds = isUnderThreadSanitizer ? 20 : 150;
    for (int round = 0; round < rounds; ++round) {
        std::vector<std::unique_ptr<RunQueue>> queues;
        std::vector<QFuture<RunResult>> firsts;
        std::vector<QFuture<RunResult>> seconds;
        std::vector<QPromise<void>> stops(queueCount);
        for (QPromise<void> &stop : stops) {
            stop.start();
            RunOptions options;
            options.stopWhen = stop.future();
            queues.push_back(std::make_unique<RunQueue>(1));
            firsts.push_back(run(*queues.back(), "exit 0"));
            seconds.push_back(run(*queues.back(), "sleep", options));
        }
        for (std::size_t i = 0; i < queueCount; ++i) {
            firsts[i].waitForFinished();
            const QDeadlineTimer moment(std::chrono::microseconds(round * 3));
            while (!moment.hasExpired()) { }
            if (byStopWhen)
                stops[i].finish();
            else
                seconds[i].cancel();
        }
        for (const QFuture<RunResult> &second : seconds)
            QVERIFY(eventually([&second] { return second.isFinished(); }));
    }
}

void tst_RunQueue::cancelAll()
{
    RunQueue queue(2);
    QList<QFuture<RunResult>> futures;
    for (int i = 0; i < 50; ++i)
        futures += run(queue, "sleep");
    queue.cancelAll();
    QVERIFY(queue.waitForDone());
    for (const QFuture<RunResult> &future : std::as_const(futures)) {
        QVERIFY(future.isFinished());
        QVERIFY(future.isCanceled());
    }
    QCOMPARE(endOf(run(queue, "exit 3").result()), "exited with code 3");
}

// Programs that end at once free their places while many others are still to be canceled.
void tst_RunQueue::cancelAllStartsNothing()
{
    for (int round = 0; round < 2; ++round) {
        const QTemporaryDir directory;
        RunQueue queue(4);
        for (int i = 0; i < 4; ++i)
            static_cast<void>(run(queue, "sleep"));
        for (int i = 0; i < 1000; ++i)
            static_cast<void>(queue.run(u"mkdir"_s, {directory.filePath(QString::number(i))}));
        queue.cancelAll();
        QVERIFY(queue.waitForDone());
        QCOMPARE(QDir(directory.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot),
                 QStringList());
    }
}

void tst_RunQueue::destruction()
{
    Lifeline lifeline;
    TestPipe ready;
    RunOptions options;
    options.launchOptions.fileDescriptors = {lifeline.asDescriptor(), {8, ready.writeEnd()}};
    options.stopGrace = 1h;
    QList<QFuture<RunResult>> futures;
    {
        RunQueue queue(1);
        for (int i = 0; i < 5; ++i)
            futures += run(queue, "ignore 15 write 1 8 leave 8 sleep", options);
        QCOMPARE(ready.read(), "x");
    }
    for (int i = 1; i < 5; ++i)
        futures[i].waitForFinished();
    QVERIFY(!futures[0].isFinished()); // It ignores SIGTERM.
    lifeline.letGo();
    lifeline.cut();
    futures[0].waitForFinished();
}

void tst_RunQueue::waitForDone()
{
    RunQueue queue(4);
    QVERIFY(queue.waitForDone(0ms));
    QList<QFuture<RunResult>> futures;
    for (int i = 0; i < 40; ++i)
        futures += run(queue, "exit 3");
    QVERIFY(queue.waitForDone(std::chrono::milliseconds::max()));
    for (const QFuture<RunResult> &future : std::as_const(futures)) {
        QVERIFY(future.isFinished());
        QCOMPARE(endOf(future.result()), "exited with code 3");
    }
    Gate gate;
    static_cast<void>(gate.enter(queue));
    QVERIFY(!queue.waitForDone(20ms));
    gate.open();
    QVERIFY(queue.waitForDone(-5ms));
}

void tst_RunQueue::waitInAContinuation()
{
    RunQueue queue(1);
    static_cast<void>(run(queue, "burn 5"));
    const auto wait = [&queue](const RunResult &) { return queue.waitForDone(); };
    QVERIFY(run(queue, "burn 5").then(wait).result());
}

// result() once returned a moment before the place was free, and the next program had to wait.
void tst_RunQueue::resultFreesThePlace()
{
    RunQueue queue(1);
    for (int i = 0; i < 50; ++i) {
        QCOMPARE(endOf(run(queue, "exit 3").result()), "exited with code 3");
        QCOMPARE(queue.runningCount(), 0);
    }
}

// The place of a program is free when the program has ended, whatever its continuation does.
void tst_RunQueue::blockingContinuation()
{
    RunQueue queue(1);
    const auto next = [&queue](const RunResult &) {
        return run(queue, "exit 3").result().exitInfo.code;
    };
    QCOMPARE(run(queue, "burn 5").then(next).result(), 3);
}

// They cost neither threads nor descriptors.
void tst_RunQueue::manyWaiting()
{
    const int count = 1000;
    RunQueue queue(1);
    Gate gate;
    QFuture<RunResult> first = gate.enter(queue);
    QList<QFuture<RunResult>> futures;
    for (int i = 0; i < count; ++i)
        futures += run(queue, "exit 0");
    QCOMPARE(queue.pendingCount(), count);
    QVERIFY(eventually([] { return deputyCount() == 1; }));
    QVERIFY(ProcessState::now().descriptors.size() < 60);
    queue.cancelAll();
    for (QFuture<RunResult> &future : futures)
        future.waitForFinished();
    first.waitForFinished();
    QVERIFY(queue.waitForDone());
}

void tst_RunQueue::fromManyThreads()
{
    RunQueue queue(3);
    std::atomic<int> count = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            QList<QFuture<RunResult>> futures;
            for (int code = 0; code < 20; ++code)
                futures += run(queue, QByteArray("exit " + QByteArray::number(code)).constData());
            for (int code = 0; code < 20; ++code)
                count += futures[code].result().exitInfo.code == code;
        });
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(count.load(), 8 * 20);
    QVERIFY(queue.waitForDone());
}

// The copy's queue is empty, and its programs are its own.
void tst_RunQueue::inForkedCopy()
{
    if (isCopyUnableToAllocate)
        QSKIP("Before Clang 18 the address sanitizer's allocator may be locked for ever in a copy.");
    RunQueue queue(1);
    Gate gate;
    QFuture<RunResult> first = gate.enter(queue);
    QFuture<RunResult> waiting = run(queue, "exit 3");
    const QByteArray result = ::inForkedCopy([&queue] {
        if (queue.pendingCount() != 0 || queue.runningCount() != 0 || queue.maxInFlight() != 1)
            return QByteArray("not empty");
        queue.cancelAll();
        static_cast<void>(run(queue, "burn 5"));
        const QByteArray end = endOf(run(queue, "exit 4").result());
        queue.~RunQueue();
        new (&queue) RunQueue;
        return end;
    });
    QCOMPARE(result, "exited with code 4");
    QVERIFY(!first.isFinished());
    gate.open();
    QCOMPARE(endOf(waiting.result()), "exited with code 3");
}

QTEST_GUILESS_MAIN(tst_RunQueue)
#include "tst_runqueue.moc"
