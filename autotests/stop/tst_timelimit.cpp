// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QPointer>
#include <QtCore/QThread>

#include <atomic>

using namespace std::chrono_literals;

/// A child that exceeds its time limit is reported and stopped.
/// Holds: R7.
class tst_TimeLimit : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void exceeded_data();
    void exceeded();
    void kept();
    void escalates();
    void whileItRuns_data();
    void whileItRuns();
    void shortWait();
    void everyWait_data();
    void everyWait();
    void withOutput();
    void nextChild();
    void slot_data();
    void slot();
    void movedToAnotherThread();
    void outlivesItsThread();
    void values();
};

void tst_TimeLimit::exceeded_data()
{
    QTest::addColumn<bool>("waits");
    QTest::newRow("event loop") << false;
    QTest::newRow("waitForFinished") << true;
}

void tst_TimeLimit::exceeded()
{
    QFETCH(const bool, waits);
    Process process;
    QStringList signalNames;
    atEverySignal(&process, [&](const QString &name) { signalNames += name; });
    QSignalSpy finished(&process, &Process::finished);
    process.setTimeLimit(50ms);
    process.start(childProgram(), words("sleep"));
    QVERIFY(!process.timeLimitExceeded());
    if (waits)
        QVERIFY(process.waitForFinished());
    else
        QVERIFY(comes(finished));
    QVERIFY(process.timeLimitExceeded());
    QVERIFY(process.elapsedTime() >= 50ms);
    QCOMPARE(text(process.exitInfo()), "killed by SIGTERM");
    const QStringList expected = {
        u"stateChanged Starting"_s,  u"stateChanged Running"_s,    u"started"_s,
        u"errorOccurred Timedout"_s, u"stateChanged NotRunning"_s, u"errorOccurred Crashed"_s,
        u"readChannelFinished"_s,    u"finished 15 CrashExit"_s};
    QCOMPARE(signalNames, expected);
}

void tst_TimeLimit::kept()
{
    Process process;
    QSignalSpy errors(&process, &Process::errorOccurred);
    QSignalSpy finished(&process, &Process::finished);
    process.setTimeLimit(1h);
    process.start(childProgram(), words("exit 3"));
    QVERIFY(comes(finished));
    QCOMPARE(process.exitCode(), 3);
    QVERIFY(!process.timeLimitExceeded());
    QCOMPARE(errors.size(), 0);
}

void tst_TimeLimit::escalates()
{
    Process process;
    process.setStopGrace(20ms);
    process.start(childProgram(), words("ignore 15 session sleep"));
    QVERIFY(process.waitForReadyRead());
    process.setTimeLimit(1ms);
    QVERIFY(process.waitForFinished());
    QVERIFY(process.timeLimitExceeded());
    QCOMPARE(text(process.exitInfo()), "killed by SIGKILL");
}

void tst_TimeLimit::whileItRuns_data()
{
    exceeded_data();
}

void tst_TimeLimit::whileItRuns()
{
    QFETCH(const bool, waits);
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("session sleep"));
    QVERIFY(process.waitForReadyRead());
    process.setTimeLimit(1ms);
    if (waits)
        QVERIFY(process.waitForFinished());
    else
        QVERIFY(comes(finished));
    QVERIFY(process.timeLimitExceeded());
}

// A wait that ends before the limit leaves the rest of the limit to the next wait.
void tst_TimeLimit::shortWait()
{
    Process process;
    std::chrono::milliseconds limit = 100ms;
    const auto endsInBriefWait = [&] {
        process.setTimeLimit(limit);
        process.start(childProgram(), words("sleep"));
        return process.waitForFinished(1);
    };
    bool hasEnded = endsInBriefWait();
    // Under load the first wait takes longer than the limit.
    while (process.elapsedTime() >= limit) {
        process.kill();
        QVERIFY(hasEnded || process.waitForFinished());
        limit *= 2;
        hasEnded = endsInBriefWait();
    }
    QVERIFY(!hasEnded);
    QCOMPARE(process.error(), Process::Timedout);
    QVERIFY(!process.timeLimitExceeded());
    QCOMPARE(process.state(), Process::Running);
    QVERIFY(process.waitForFinished());
    QVERIFY(process.timeLimitExceeded());
}

void tst_TimeLimit::everyWait_data()
{
    using Wait = bool (*)(Process &);
    QTest::addColumn<Wait>("wait");
    const auto row = [](const char *name, Wait wait) { QTest::newRow(name) << wait; };
    row("waitForReadyRead", [](Process &process) { return process.waitForReadyRead(-1); });
    row("waitForBytesWritten", [](Process &process) {
        process.write(QByteArray(1000000, 'x'));
        while (process.waitForBytesWritten(-1)) { }
        return false;
    });
    row("waitForFinished", [](Process &process) { return !process.waitForFinished(-1); });
}

void tst_TimeLimit::everyWait()
{
    using Wait = bool (*)(Process &);
    QFETCH(const Wait, wait);
    Process process;
    process.setTimeLimit(20ms);
    process.start(childProgram(), words("sleep"));
    QVERIFY(!wait(process));
    QVERIFY(process.timeLimitExceeded());
    QVERIFY(ends(process)); // Its input may have closed earlier.
}

// A child that never stops writing does not stop the clock.
void tst_TimeLimit::withOutput()
{
    for (const bool waits : {false, true}) {
        Process process;
        QSignalSpy finished(&process, &Process::finished);
        process.closeReadChannel(Process::StandardOutput);
        process.setTimeLimit(50ms);
        process.start(childProgram(), words("write 900000000000 1"));
        process.closeReadChannel(Process::StandardOutput);
        if (waits)
            QVERIFY(process.waitForFinished());
        else
            QVERIFY(comes(finished));
        QVERIFY(process.timeLimitExceeded());
    }
}

void tst_TimeLimit::nextChild()
{
    Process process;
    process.setTimeLimit(10ms);
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForFinished());
    QVERIFY(process.timeLimitExceeded());
    process.setTimeLimit(0ms);
    process.start(childProgram(), words("echo exit 3"));
    QVERIFY(!process.timeLimitExceeded());
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

void tst_TimeLimit::slot_data()
{
    using Action = void (*)(Process *);
    QTest::addColumn<Action>("act");
    const auto row = [](const char *name, Action act) { QTest::newRow(name) << act; };
    row("deletes", [](Process *process) { delete process; });
    row("waits", [](Process *process) {
        process->kill();
        process->waitForFinished();
    });
    row("restarts", [](Process *process) {
        process->kill();
        process->waitForFinished();
        process->setTimeLimit(0ms); // A busy machine may need longer for the second child.
        process->start(childProgram(), words("exit 0"));
    });
}

void tst_TimeLimit::slot()
{
    using Action = void (*)(Process *);
    QFETCH(const Action, act);
    for (const bool waits : {false, true}) {
        const QPointer<Process> process = new Process;
        const std::unique_ptr<QObject> context(new QObject);
        int count = 0;
        connect(process.data(), &Process::errorOccurred, context.get(),
                [&](Process::ProcessError error) {
                    if (error == Process::Timedout && ++count == 1)
                        act(process.data());
                });
        process->setTimeLimit(10ms);
        process->start(childProgram(), words("sleep"));
        if (waits)
            process->waitForFinished();
        QTRY_COMPARE(count, 1);
        QTRY_VERIFY(!process || process->state() == Process::NotRunning);
        QCOMPARE(count, 1);
        delete process.data();
    }
}

void tst_TimeLimit::movedToAnotherThread()
{
    QThread thread;
    thread.start();
    Process process;
    std::atomic<int> count = 0;
    connect(&process, &Process::finished, &process, [&] { ++count; });
    process.setTimeLimit(50ms);
    process.start(childProgram(), words("sleep"));
    process.moveToThread(&thread);
    QTRY_COMPARE(count, 1);
    thread.quit();
    thread.wait();
    QVERIFY(process.timeLimitExceeded());
}

// The thread that watches the limit ends before the object.
void tst_TimeLimit::outlivesItsThread()
{
    std::unique_ptr<Process> process;
    const std::unique_ptr<QThread> thread(QThread::create([&] {
        process = std::make_unique<Process>();
        process->setTimeLimit(1h);
        process->start(childProgram(), words("sleep"));
        process->waitForStarted();
        QCoreApplication::processEvents();
    }));
    thread->start();
    QVERIFY(thread->wait());
    QVERIFY(process && process->isRunning());
    process.reset();
}

void tst_TimeLimit::values()
{
    Process process;
    QCOMPARE(process.timeLimit(), 0ms);
    QCOMPARE(process.stopGrace(), 5s);
    process.setTimeLimit(-1ms);
    process.setStopGrace(-1ms);
    QCOMPARE(process.timeLimit(), 0ms);
    QCOMPARE(process.stopGrace(), 0ms);
    process.setTimeLimit(std::chrono::milliseconds::max());
    process.setStopGrace(std::chrono::milliseconds::max());
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForStarted());
    process.stop();
    QVERIFY(process.waitForFinished());
    QCOMPARE(text(process.exitInfo()), "killed by SIGTERM");
}

QTEST_GUILESS_MAIN(tst_TimeLimit)
#include "tst_timelimit.moc"
