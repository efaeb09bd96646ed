// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"

#include <QtCore/QEventLoop>
#include <QtCore/QSemaphore>
#include <QtCore/QTimer>

#include <csignal>
#include <functional>
#include <thread>

#include <malloc.h>

/// The event loop reports starts and ends, even if slots run and quit loops, or the user removes posted
/// events. Nothing piles up there.
/// Holds: H8.
class tst_EventLoop : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void outerLoopEnds_data();
    void outerLoopEnds();
    void postedEventsRemoved_data();
    void postedEventsRemoved();
    void drainEndsWithoutPostedEvents();
    void startedInTheCall();
    void memoryWithoutEventLoop_data();
    void memoryWithoutEventLoop();
    void reusedInForkedCopy();

private:
    using Starter = void (*)(Process &);
    using Loop = void (*)(const std::function<void()> &);
    static bool runsUntilQuit(QEventLoop &loop);
};

// False if the watchdog had to end the loop.
bool tst_EventLoop::runsUntilQuit(QEventLoop &loop)
{
    // The watchdog is another thread: a timer of this thread would wake the loop and hide that it
    // sleeps.
    QSemaphore isOver;
    bool wasInTime = true;
    std::thread watchdog([&] {
        wasInTime = isOver.tryAcquire(1, 20000);
        if (!wasInTime)
            QMetaObject::invokeMethod(&loop, &QEventLoop::quit, Qt::QueuedConnection);
    });
    loop.exec();
    isOver.release();
    watchdog.join();
    return wasInTime;
}

void tst_EventLoop::outerLoopEnds_data()
{
    QTest::addColumn<Starter>("start");
    QTest::newRow("a child") << Starter([](Process &p) { p.start(childProgram(), words("exit 3")); });
    QTest::newRow("a child with output")
        << Starter([](Process &p) { p.start(childProgram(), words("write 9 1 exit 3")); });
    QTest::newRow("a failed start") << Starter([](Process &p) { p.start(u"/no/such/program"_s); });
}

// Qt's dispatcher for Unix goes to sleep after posted events, even if a slot has run a nested loop and
// quit the outer one.
void tst_EventLoop::outerLoopEnds()
{
    QFETCH(const Starter, start);
    QEventLoop outer;
    Process process;
    bool isQuit = false;
    const auto quit = [&] {
        isQuit = true;
        outer.quit();
    };
    const auto runUntilQuit = [&] {
        while (!isQuit)
            QCoreApplication::processEvents();
        for (int i = 0; i < 10; ++i) // Until no event is left that would wake the outer loop.
            QCoreApplication::processEvents();
    };
    connect(&process, &Process::started, runUntilQuit);
    connect(&process, &Process::finished, quit);
    connect(&process, &Process::errorOccurred, [&] {
        quit();
        runUntilQuit();
    });
    start(process);
    QVERIFY(runsUntilQuit(outer));
}

void tst_EventLoop::postedEventsRemoved_data()
{
    outerLoopEnds_data();
}

void tst_EventLoop::postedEventsRemoved()
{
    QFETCH(const Starter, start);
    Process process;
    QSignalSpy ended(&process, &Process::stateChanged);
    start(process);
    QCoreApplication::removePostedEvents(&process);
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), Process::NotRunning, 10000);
    QVERIFY(ended.size() >= 2);
}

// The drain ends when the last channel that it waits for is closed.
void tst_EventLoop::drainEndsWithoutPostedEvents()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    QSignalSpy readyRead(&process, &Process::readyRead);
    process.setDrainTimeout(std::chrono::hours(1));
    process.setProcessChannelMode(Process::MergedChannels);
    process.start(u"sh"_s, {u"-c"_s, u"sleep 3600 & echo $!; exit 3"_s});
    QVERIFY(comes(readyRead));
    const pid_t grandchild = process.readAll().trimmed().toInt();
    QTRY_COMPARE(process.exitCode(), 3);
    process.closeReadChannel(Process::StandardOutput);
    QCoreApplication::removePostedEvents(&process);
    const bool hasFinished = comes(finished);
    ::kill(grandchild, SIGKILL);
    QVERIFY(hasFinished);
}

// Each object is called once, in order, also from a loop inside the first call. Objects that are started
// in a call get their turn, too.
void tst_EventLoop::startedInTheCall()
{
    QStringList order;
    Process first;
    Process second;
    Process third;
    const auto note = [&](Process &process, const QString &name) {
        connect(&process, &Process::started, &process, [&order, name] { order += name; });
    };
    note(first, u"first"_s);
    note(second, u"second"_s);
    note(third, u"third"_s);
    connect(&first, &Process::started, &first, [&] {
        third.start(childProgram(), words("sleep"));
        QTRY_COMPARE(order.size(), 3);
    });
    first.start(childProgram(), words("sleep"));
    second.start(childProgram(), words("sleep"));
    QTRY_COMPARE(order, QStringList({u"first"_s, u"second"_s, u"third"_s}));
}

void tst_EventLoop::memoryWithoutEventLoop_data()
{
    QTest::addColumn<Loop>("inThread");
    QTest::newRow("this thread") << Loop([](const std::function<void()> &body) { body(); });
    QTest::newRow("a thread without event dispatcher")
        << Loop([](const std::function<void()> &body) { std::thread(body).join(); });
}

// Each restart without an event loop left a posted event behind.
void tst_EventLoop::memoryWithoutEventLoop()
{
    QFETCH(const Loop, inThread);
    size_t growth = 0;
    inThread([&growth] {
        Process process;
        const auto restart = [&process](int count) {
            for (int i = 0; i < count; ++i) {
                process.start(childProgram(), words("write 3 1"));
                process.waitForFinished();
                process.readAll();
            }
        };
        restart(20);
        const size_t before = ::mallinfo2().uordblks;
        restart(300);
        growth = ::mallinfo2().uordblks - before;
    });
    // The heap of a sanitizer is not in these figures. An event and its function take about 200 bytes.
    QVERIFY2(static_cast<qint64>(growth) < 300 * 50, qPrintable(QString::number(growth)));
}

// As a program that daemonizes: in the copy, the object still held the parent's hub.
void tst_EventLoop::reusedInForkedCopy()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("exit 0"));
    QVERIFY(comes(finished));
    const QByteArray seen = inForkedCopy([&process] {
        QEventLoop loop;
        connect(&process, &Process::finished, &loop, &QEventLoop::quit);
        QTimer::singleShot(20000, &loop, &QEventLoop::quit);
        process.start(childProgram(), words("args abc"));
        loop.exec();
        return process.readAll() + QByteArray::number(process.state());
    });
    QCOMPARE(seen, "abc\n0");

    process.start(childProgram(), words("exit 3"));
    QVERIFY(comes(finished, 2));
    QCOMPARE(process.exitCode(), 3);
}

QTEST_GUILESS_MAIN(tst_EventLoop)
#include "tst_eventloop.moc"
