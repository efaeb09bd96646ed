// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "temporarychange.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QEventLoop>

#include <atomic>

#include <sys/time.h>
#include <sys/wait.h>

/// What the waitFor functions return, and what the object says of itself afterwards.
/// Holds: H2 (afterTheEventLoop).
class tst_Waiting : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void withoutChild_data();
    void withoutChild();
    void timeout_data();
    void timeout();
    void success();
    void endedInSlotOfStarted();
    void readyReadUpToTheEnd();
    void readyReadBeforeTheEnd();
    void readyReadOfOneChannel();
    void readyReadOfNoChannel_data();
    void readyReadOfNoChannel();
    void bytesWrittenOfNothing();
    void bytesWrittenAfterTheEnd();
    void afterTheEventLoop();
    void interruptedBySignals();
#ifndef FORKFD_TEST_QPROCESS // It has no time to look at the clock, and leaves a descriptor open.
    void timeoutWhileOutputComes();
    void failedStart_data();
    void failedStart();
    void failedStartOfNothingToWrite();
#endif

private:
    using Wait = bool (*)(Process &, int msecs);
    static void addWaits();
    static void untilItIsDead(const Process &process);
};

void tst_Waiting::addWaits()
{
    QTest::addColumn<Wait>("wait");
    QTest::newRow("waitForStarted") << Wait(
        [](Process &p, int msecs) { return p.waitForStarted(msecs); });
    QTest::newRow("waitForReadyRead")
        << Wait([](Process &p, int msecs) { return p.waitForReadyRead(msecs); });
    QTest::newRow("waitForBytesWritten")
        << Wait([](Process &p, int msecs) { return p.waitForBytesWritten(msecs); });
    QTest::newRow("waitForFinished")
        << Wait([](Process &p, int msecs) { return p.waitForFinished(msecs); });
}

// Until its end is there to be noticed.
void tst_Waiting::untilItIsDead(const Process &process)
{
    siginfo_t info;
    waitid(P_PID, static_cast<id_t>(process.processId()), &info, WEXITED | WNOWAIT);
}

void tst_Waiting::withoutChild_data()
{
    addWaits();
}

void tst_Waiting::withoutChild()
{
    QFETCH(const Wait, wait);
    Process process;
    QVERIFY(!wait(process, -1));
    QCOMPARE(process.error(), Process::UnknownError);
    process.start(childProgram(), words("write 3 1 exit 3"));
    QVERIFY(process.waitForFinished());
    QVERIFY(!wait(process, -1));
    QCOMPARE(process.error(), Process::UnknownError);
}

void tst_Waiting::timeout_data()
{
    QTest::addColumn<Wait>("wait");
    QTest::addColumn<int>("msecs");
    for (const int msecs : {0, 50}) {
        QTest::addRow("waitForReadyRead, %d ms", msecs)
            << Wait([](Process &p, int time) { return p.waitForReadyRead(time); }) << msecs;
        QTest::addRow("waitForBytesWritten, %d ms", msecs)
            << Wait([](Process &p, int time) { return p.waitForBytesWritten(time); }) << msecs;
        QTest::addRow("waitForFinished, %d ms", msecs)
            << Wait([](Process &p, int time) { return p.waitForFinished(time); }) << msecs;
    }
}

void tst_Waiting::timeout()
{
    QFETCH(const Wait, wait);
    QFETCH(const int, msecs);
    Process process;
    QSignalSpy failed(&process, &Process::errorOccurred);
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("sleep"));
    process.write(QByteArray(1000000, 'x')); // More than the pipe takes.
    QVERIFY(process.waitForStarted());
    QVERIFY(process.waitForBytesWritten());
    QElapsedTimer timer;
    timer.start();
    QVERIFY(!wait(process, msecs));
    QVERIFY(timer.elapsed() >= msecs);
    QCOMPARE(process.error(), Process::Timedout);
    QCOMPARE(process.errorString(), u"Process operation timed out"_s);
    QCOMPARE(process.state(), Process::Running);
    QCOMPARE(failed.size(), 0);

    process.kill();
    QVERIFY(process.waitForFinished());
    QCOMPARE(finished.size(), 1);
}

void tst_Waiting::success()
{
    Process process;
    QSignalSpy started(&process, &Process::started);
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("echo exit 3"));
    QVERIFY(process.waitForStarted());
    QCOMPARE(started.size(), 1);
    QVERIFY(process.waitForStarted());
    process.write("abc");
    QVERIFY(process.waitForBytesWritten());
    QVERIFY(!process.waitForBytesWritten()); // There is nothing more to write.
    QVERIFY(process.waitForReadyRead());
    QCOMPARE(process.bytesAvailable(), 3);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(finished.size(), 1);
    QCOMPARE(process.error(), Process::UnknownError);
    QVERIFY(!process.waitForFinished());
}

void tst_Waiting::endedInSlotOfStarted()
{
    Process process;
    connect(&process, &Process::started, [&] { QVERIFY(process.waitForFinished()); });
    process.start(childProgram(), words("exit 3"));
    QVERIFY(process.waitForStarted()); // It did start.
    QCOMPARE(process.state(), Process::NotRunning);
    QCOMPARE(process.exitCode(), 3);
}

void tst_Waiting::readyReadUpToTheEnd()
{
    Process process;
    QByteArray output;
    process.start(childProgram(), words("write 1000000 1 exit 3"));
    while (process.waitForReadyRead())
        output += process.readAll();
    QCOMPARE(output.size(), 1000000);
    QCOMPARE(process.state(), Process::NotRunning);
    QCOMPARE(process.exitCode(), 3);
    QVERIFY(!process.waitForFinished()); // That has happened.
}

void tst_Waiting::readyReadBeforeTheEnd()
{
    Process process;
    process.start(childProgram(), words("write 3 1 exit 3"));
    untilItIsDead(process);
    QVERIFY(process.waitForReadyRead());
    QCOMPARE(process.state(), Process::Running); // Its end is news for the next wait.
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "xxx");
}

void tst_Waiting::readyReadOfOneChannel()
{
    Process process;
    process.start(childProgram(), words("write 3 1 sleep"));
    process.setReadChannel(Process::StandardError);
    QVERIFY(!process.waitForReadyRead(50));
    QCOMPARE(process.error(), Process::Timedout);
    QCOMPARE(process.readAllStandardOutput(), "xxx"); // It came meanwhile.
    process.kill();
    QVERIFY(!process.waitForReadyRead());
    QCOMPARE(process.state(), Process::NotRunning);
}

void tst_Waiting::readyReadOfNoChannel_data()
{
    QTest::addColumn<Process::ProcessChannelMode>("mode");
    QTest::addColumn<QString>("command");
    QTest::newRow("forwarded") << Process::ForwardedChannels << u"echo"_s;
    QTest::newRow("closed by the child") << Process::SeparateChannels << u"leave 1 leave 2 echo"_s;
}

// There will be nothing to read. That is certain only when the child has ended.
void tst_Waiting::readyReadOfNoChannel()
{
    QFETCH(const Process::ProcessChannelMode, mode);
    QFETCH(const QString, command);
    Process process;
    process.setProcessChannelMode(mode);
    process.start(childProgram(), command.split(u' '));
    QVERIFY(process.waitForStarted());
    QVERIFY(!process.waitForReadyRead(50));
    QCOMPARE(process.error(), Process::Timedout);
    process.closeWriteChannel();
    QVERIFY(!process.waitForReadyRead());
    QCOMPARE(process.state(), Process::NotRunning);
}

// It tells of the start all the same.
void tst_Waiting::bytesWrittenOfNothing()
{
    Process process;
    process.start(childProgram(), words("exit 3"));
    QVERIFY(!process.waitForBytesWritten());
    QCOMPARE(process.state(), Process::Running);
    QVERIFY(process.waitForFinished());
}

void tst_Waiting::bytesWrittenAfterTheEnd()
{
    Process process;
    process.start(childProgram(), words("exit 3"));
    process.write("nobody reads this");
    untilItIsDead(process);
    QVERIFY(!process.waitForBytesWritten());
    QCOMPARE(process.error(), Process::WriteError);
    QCOMPARE(process.state(), Process::Running);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

// What comes about after a slot has told the event loop to end is for the next wait to tell.
void tst_Waiting::afterTheEventLoop()
{
    Process process;
    QEventLoop loop;
    connect(&process, &Process::readyRead, &loop, [&] {
        process.write("y");
        process.closeWriteChannel();
        process.waitForBytesWritten();
        untilItIsDead(process);
        loop.quit();
    });
    process.start(childProgram(), words("echo exit 3"));
    process.write("x");
    loop.exec();
    QCOMPARE(process.state(), Process::Running);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

void tst_Waiting::interruptedBySignals()
{
    static std::atomic<int> count; // In any thread: QtTest has one, too.
    const TemporaryAction action(SIGALRM, [](int) { ++count; });
    const itimerval everyMillisecond = {{0, 1000}, {0, 1000}};
    const itimerval never = {};
    Process process;
    process.start(childProgram(), words("echo exit 3"));
    QCOMPARE(setitimer(ITIMER_REAL, &everyMillisecond, nullptr), 0);
    QElapsedTimer timer;
    timer.start();
    const bool hasFinished = process.waitForFinished(100);
    const qint64 elapsed = timer.elapsed();
    process.closeWriteChannel();
    const bool hasFinishedThen = process.waitForFinished();
    QCOMPARE(setitimer(ITIMER_REAL, &never, nullptr), 0);
    QVERIFY(!hasFinished);
    QVERIFY(elapsed >= 100);
    QVERIFY(hasFinishedThen);
    QCOMPARE(process.exitCode(), 3);
    QVERIFY(count.load() > 0);
}

#ifndef FORKFD_TEST_QPROCESS

void tst_Waiting::timeoutWhileOutputComes()
{
    Process process;
    connect(&process, &Process::readyRead, [&] {
        process.readAll();
        QTest::qSleep(2); // So that there is always more.
    });
    process.start(childProgram(), words("write 9000000000000 1"));
    QVERIFY(!process.waitForFinished(50));
    QCOMPARE(process.error(), Process::Timedout);
    QCOMPARE(process.state(), Process::Running);
}

void tst_Waiting::failedStart_data()
{
    addWaits();
}

void tst_Waiting::failedStart()
{
    QFETCH(const Wait, wait);
    Process process;
    QSignalSpy failed(&process, &Process::errorOccurred);
    process.start(u"/no/such/program"_s);
    process.write("nobody reads this");
    QCOMPARE(failed.size(), 0);
    QVERIFY(!wait(process, -1));
    QCOMPARE(failed.size(), 1);
    QCOMPARE(process.error(), Process::FailedToStart);
    QCOMPARE(process.state(), Process::NotRunning);
    QVERIFY(!wait(process, -1));
    QCOMPARE(failed.size(), 1);
}

void tst_Waiting::failedStartOfNothingToWrite()
{
    Process process;
    process.start(u"/no/such/program"_s);
    QVERIFY(!process.waitForBytesWritten());
    QCOMPARE(process.error(), Process::FailedToStart);
    QCOMPARE(process.state(), Process::NotRunning);
}

#endif

QTEST_GUILESS_MAIN(tst_Waiting)
#include "tst_waiting.moc"
