// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "catchingapplication.h"
#include "stoppingtest.h"

/// Slots that throw. The waiting caller or QCoreApplication::notify() catches the exception, and the
/// object keeps working.
/// Holds: H10.
class tst_Exceptions : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void comesAgain_data();
    void comesAgain();
    void nextStartInSlot();
    void insideStart_data();
    void insideStart();
    void timeLimit_data();
    void timeLimit();
    void atTheEnd();
};

// Waits until `isDone`, and ignores all exceptions before that.
template<typename Condition>
static bool waitUntil(Process &process, bool (Process::*wait)(int), Condition isDone)
{
    while (!isDone()) {
        try {
            if (!(process.*wait)(30000) && !isDone())
                return false;
        } catch (const Thrown &) {
        }
    }
    return true;
}

static bool waitForEnd(Process &process)
{
    return waitUntil(process, &Process::waitForFinished,
                     [&process] { return process.state() == Process::NotRunning; });
}

void tst_Exceptions::comesAgain_data()
{
    QTest::addColumn<QString>("signal");
    QTest::addColumn<bool>("waits");
    for (const char *signal : {"bytesWritten 1", "readyRead", "channelReadyRead 0",
                               "readyReadStandardOutput", "started", "stateChanged Running"}) {
        QTest::addRow("%s, event loop", signal) << QString::fromLatin1(signal) << false;
        QTest::addRow("%s, wait", signal) << QString::fromLatin1(signal) << true;
    }
}

// The first signal's slot throws. The later signals of this child and those of the next child still
// come.
void tst_Exceptions::comesAgain()
{
    QFETCH(const QString, signal);
    QFETCH(const bool, waits);
    const bool isOncePerChild = signal.startsWith(u"sta"_s);
    Process process;
    int count = 0;
    atEverySignal(&process, [&](const QString &name) {
        if (name == signal && ++count == 1)
            throw Thrown();
    });
    const auto isAnswered = [&process] { return process.bytesAvailable() > 0; };
    const auto isAnswerRead = [&] {
        process.write("x");
        return (waits ? waitUntil(process, &Process::waitForReadyRead, isAnswered)
                      : QTest::qWaitFor(isAnswered))
            && process.readAll() == "x";
    };
    for (int child = 1; child <= 2; ++child) {
        process.start(childProgram(), words("echo"));
        for (int i = 0; i < 3; ++i)
            QVERIFY(isAnswerRead());
        process.closeWriteChannel();
        QVERIFY(waitForEnd(process));
        QCOMPARE(process.exitStatus(), Process::NormalExit);
        if (isOncePerChild)
            QCOMPARE(count, child);
        else
            QVERIFY2(count >= 3 * child - 1, qPrintable(QString::number(count)));
    }
}

// The mark that readyRead() is being emitted belongs to one child.
void tst_Exceptions::nextStartInSlot()
{
    Process process;
    int count = 0;
    connect(&process, &Process::readyRead, [&] {
        process.readAll();
        if (++count > 1)
            return;
        process.kill();
        process.waitForFinished();
        process.start(childProgram(), words("write 3 1"));
        process.waitForFinished();
    });
    process.start(childProgram(), words("write 1 1 sleep"));
    QVERIFY(process.waitForReadyRead() || process.state() == Process::NotRunning);
    QCOMPARE(count, 2);
    process.start(childProgram(), words("write 1 1"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(count, 3);
}

void tst_Exceptions::insideStart_data()
{
    QTest::addColumn<QString>("signal");
    QTest::addColumn<bool>("hasFailed");
    QTest::newRow("Starting") << u"stateChanged Starting"_s << false;
    QTest::newRow("Starting, failed start") << u"stateChanged Starting"_s << true;
    QTest::newRow("NotRunning, failed start") << u"stateChanged NotRunning"_s << true;
    QTest::newRow("error, failed start") << u"errorOccurred FailedToStart"_s << true;
}

// The object once stayed Starting for ever.
void tst_Exceptions::insideStart()
{
    QFETCH(const QString, signal);
    QFETCH(const bool, hasFailed);
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    int count = 0;
    atEverySignal(&process, [&](const QString &name) {
        if (name == signal && ++count == 1)
            throw Thrown();
    });
    process.setWorkingDirectory(hasFailed ? u"/no such directory"_s : QString());
    QVERIFY_THROWS_EXCEPTION(Thrown, process.start(childProgram(), words("exit 3")));
    if (hasFailed) {
        QCOMPARE(process.state(), Process::NotRunning);
        process.setWorkingDirectory({});
        process.start(childProgram(), words("exit 3"));
    }
    QVERIFY(comes(finished));
    QCOMPARE(process.exitCode(), 3);
}

void tst_Exceptions::timeLimit_data()
{
    QTest::addColumn<bool>("waits");
    QTest::newRow("event loop") << false;
    QTest::newRow("wait") << true;
}

// The child once ran for ever.
void tst_Exceptions::timeLimit()
{
    QFETCH(const bool, waits);
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.setTimeLimit(std::chrono::milliseconds(20));
    connect(&process, &Process::errorOccurred, [&](Process::ProcessError error) {
        if (error == Process::Timedout)
            throw Thrown();
    });
    process.start(childProgram(), words("sleep"));
    QVERIFY(waits ? waitForEnd(process) : comes(finished));
    QVERIFY(process.timeLimitExceeded());
    QCOMPARE(process.exitInfo().signal, SIGTERM);
}

void tst_Exceptions::atTheEnd()
{
    Process process;
    connect(&process, &Process::stateChanged, [&](Process::ProcessState state) {
        if (state == Process::NotRunning)
            throw Thrown();
    });
    for (int i = 0; i < 2; ++i) {
        process.start(childProgram(), words("exit 3"));
        QVERIFY(waitForEnd(process));
        QCOMPARE(process.processId(), 0);
        QCOMPARE(process.exitCode(), 3);
    }
}

int main(int argc, char *argv[])
{
    CatchingApplication application(argc, argv);
    tst_Exceptions test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_exceptions.moc"
