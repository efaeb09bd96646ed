// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "temporarychange.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QEventLoop>

#include <atomic>

#include <sys/time.h>
#include <sys/wait.h>

/// The results of the waitFor functions, and the object's state afterwards.
/// Holds: H2 (afterTheEventLoop), H13.
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
    void readyReadTakesBothChannels();
    void readyReadOfNoChannel_data();
    void readyReadOfNoChannel();
    void bytesWrittenOfNothing();
    void bytesWrittenAfterTheEnd();
    void afterTheEventLoop();
    void interruptedBySignals();
#ifndef FORKFD_TEST_QPROCESS // QProcess does not look at the clock, and leaks a descriptor.
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

// Waits until the child has ended, and leaves it unreaped.
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
    process.write(QByteArray(1000000, 'x')); // More than the pipe holds.
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
    QVERIFY(process.waitForStarted()); // The child did start.
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
    QVERIFY(!process.waitForFinished()); // The end is reported already.
}

void tst_Waiting::readyReadBeforeTheEnd()
{
    Process process;
    process.start(childProgram(), words("write 3 1 exit 3"));
    untilItIsDead(process);
    QVERIFY(process.waitForReadyRead());
    QCOMPARE(process.state(), Process::Running); // The next wait reports the end.
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "xxx");
}

void tst_Waiting::readyReadOfOneChannel()
{
    Process process;
    process.start(childProgram(), words("write 3 1 sleep"));
    process.setReadChannel(Process::StandardError);
    QByteArray output;
    do {
        QVERIFY(!process.waitForReadyRead(50));
        QCOMPARE(process.error(), Process::Timedout);
        output += process.readAllStandardOutput(); // It comes during one of the waits.
    } while (output.isEmpty());
    QCOMPARE(output, "xxx");
    process.kill();
    QVERIFY(!process.waitForReadyRead());
    QCOMPARE(process.state(), Process::NotRunning);
}

// As in QProcess, a program may read both after one wait.
void tst_Waiting::readyReadTakesBothChannels()
{
    Process process;
    process.start(childProgram(), words("write 3 1 write 4 2 exit 3"));
    untilItIsDead(process);
    QVERIFY(process.waitForReadyRead());
    QCOMPARE(process.readAllStandardOutput(), "xxx");
    QCOMPARE(process.readAllStandardError(), "xxxx");
    QVERIFY(process.waitForFinished());
}

void tst_Waiting::readyReadOfNoChannel_data()
{
    QTest::addColumn<Process::ProcessChannelMode>("mode");
    QTest::addColumn<QString>("command");
    QTest::newRow("forwarded") << Process::ForwardedChannels << u"echo"_s;
    QTest::newRow("closed by the child") << Process::SeparateChannels << u"leave 1 leave 2 echo"_s;
}

// Nothing can be read, but this is certain only when the child has ended.
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

// The wait still reports the start.
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
    process.write("unread input");
    untilItIsDead(process);
    QVERIFY(!process.waitForBytesWritten());
    QCOMPARE(process.error(), Process::WriteError);
    QCOMPARE(process.state(), Process::Running);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

// The next wait reports the events that follow a slot's QEventLoop::quit().
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
    static std::atomic<int> count; // In any thread, also QtTest's.
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
        QTest::qSleep(2); // The child writes more in this time.
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
    process.write("unread input");
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
