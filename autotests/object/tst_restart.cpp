// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <csignal>

/// One object runs one child after the other.
/// Holds: H2.
class tst_Restart : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void inFinished_data();
    void inFinished();
    void forgetsTheLastChild();
    void withOtherSettings();
    void afterKill();
#ifndef FORKFD_TEST_QPROCESS
    void whileADetachedChildLives(); // QProcess never reaps the first child, and leaves its pidfd open.
    // QProcess cleans up after these signals, the new child too.
    void inErrorOccurred();
    void inStateChanged_data();
    void inStateChanged();
    void ownEnd_data();
    void ownEnd();
    void inAWait();
#endif
};

void tst_Restart::inFinished_data()
{
    QTest::addColumn<bool>("waits");
    QTest::newRow("event loop") << false;
    QTest::newRow("waitForFinished") << true;
}

void tst_Restart::inFinished()
{
    QFETCH(const bool, waits);
    constexpr int count = 100;
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    QSignalSpy started(&process, &Process::started);
    QList<qint64> pids;
    QByteArrayList outputs;
    const auto start = [&] {
        process.start(childProgram(), {u"args"_s, QString::number(finished.size())});
        pids += process.processId();
    };
    connect(&process, &Process::finished, &process, [&] {
        outputs += process.readAll();
        if (finished.size() < count)
            start();
    });
    start();
    if (waits) {
        while (process.waitForFinished()) { }
    } else {
        QVERIFY(comes(finished, count));
    }
    QCOMPARE(finished.size(), count);
    QCOMPARE(started.size(), count);
    for (int i = 0; i < count; ++i)
        QCOMPARE(outputs[i], QByteArray::number(i) + '\n');
}

void tst_Restart::forgetsTheLastChild()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("write 9 1 write 9 2 signal 9"));
    process.write("unread input");
    QVERIFY(comes(finished));
    process.setReadChannel(Process::StandardError);
    process.ungetChar('!');
    process.setReadChannel(Process::StandardOutput);
    process.ungetChar('!');

    process.start(childProgram(), words("args new"));
    QCOMPARE(process.bytesAvailable(), 0);
    QCOMPARE(process.bytesToWrite(), 0);
    QCOMPARE(process.error(), Process::UnknownError);
    QCOMPARE(process.exitStatus(), Process::NormalExit);
    QCOMPARE(process.exitCode(), 0);
    QVERIFY(comes(finished, 2));
    QCOMPARE(process.readAllStandardOutput(), "new\n");
    QCOMPARE(process.readAllStandardError(), "");
    QCOMPARE(process.exitStatus(), Process::NormalExit);
}

void tst_Restart::withOtherSettings()
{
    Process process;
    process.setReadChannel(Process::StandardError);
    process.start(childProgram(), words("write 3 1 write 5 2"));
    process.setProcessChannelMode(Process::MergedChannels); // Takes effect at the next start.
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll().size(), 5);

    process.setReadChannel(Process::StandardOutput);
    process.start();
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll().size(), 8);

    process.setProcessChannelMode(Process::SeparateChannels);
    process.start(childProgram(), words("echo"));
    QCOMPARE(process.write("its input is open again"), 23);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "its input is open again");
}

void tst_Restart::afterKill()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    for (int i = 1; i <= 20; ++i) {
        process.start(childProgram(), words("sleep"));
        QVERIFY(process.waitForStarted());
        process.kill();
        QVERIFY(process.waitForFinished());
        QCOMPARE(finished.size(), i);
        QCOMPARE(process.exitStatus(), Process::CrashExit);
    }
}

#ifndef FORKFD_TEST_QPROCESS

namespace {

class Detachable : public Process
{
public:
    void detach() { setProcessState(NotRunning); }
};

} // namespace

// Many subclasses of QProcess detach their child so. The next child once was not watched.
void tst_Restart::whileADetachedChildLives()
{
    Detachable process;
    QSignalSpy finished(&process, &Process::finished);
    QSignalSpy readyRead(&process, &Process::readyRead);
    process.start(childProgram(), words("write 1 1 sleep"));
    QVERIFY(comes(readyRead));
    const auto pid = static_cast<pid_t>(process.processId());
    process.detach();
    process.start(childProgram(), words("write 1 1 echo exit 5"));
    QVERIFY(comes(readyRead, 2));
    process.closeWriteChannel();
    const bool hasFinished = comes(finished);
    ::kill(pid, SIGKILL);
    QVERIFY(hasFinished);
    QCOMPARE(process.exitCode(), 5);
    QCOMPARE(process.readAll(), "x");
}

void tst_Restart::inErrorOccurred()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    QSignalSpy failed(&process, &Process::errorOccurred);
    connect(&process, &Process::errorOccurred, &process, [&] {
        if (failed.size() < 10)
            process.start(u"/no/such/program"_s);
        else
            process.start(childProgram(), words("args good"));
    });
    process.start(u"/no/such/program"_s);
    QVERIFY(comes(finished));
    QCOMPARE(failed.size(), 10);
    QCOMPARE(process.exitCode(), 0);
    QCOMPARE(process.readAll(), "good\n");
    QCOMPARE(process.error(), Process::UnknownError);
}

void tst_Restart::inStateChanged_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("command");
    QTest::addColumn<QStringList>("expected");
    QTest::newRow("after success") << childProgram() << u"exit 3"_s
                                   << QStringList(u"finished 3 NormalExit"_s);
    QTest::newRow("after a crash") << childProgram() << u"signal 9"_s
                                   << QStringList(
                                          {u"errorOccurred Crashed"_s, u"finished 9 CrashExit"_s});
    QTest::newRow("after a failed start")
        << u"/no/such/program"_s << QString() << QStringList(u"errorOccurred FailedToStart"_s);
    QTest::newRow("after a start that failed at once")
        << childProgram() + u'\0' << QString() << QStringList(u"errorOccurred FailedToStart"_s);
}

// All signals of the last child come before those of the next child.
void tst_Restart::inStateChanged()
{
    QFETCH(const QString, program);
    QFETCH(const QString, command);
    QFETCH(const QStringList, expected);
    Process process;
    QStringList record;
    bool isSecond = false;
    atEverySignal(&process, [&](const QString &signal) {
        if (signal.startsWith(u"finished"_s) || signal.startsWith(u"error"_s))
            record += signal;
        if (signal == u"stateChanged NotRunning"_s && !std::exchange(isSecond, true))
            process.start(childProgram(), words("args good"));
    });
    process.start(program, command.split(u' '));
    const QString last = u"finished 0 NormalExit"_s;
    QTRY_COMPARE(record, expected + QStringList(last));
    QCOMPARE(process.readAll(), "good\n");
    QCOMPARE(process.exitCode(), 0);
}

void tst_Restart::ownEnd_data()
{
    QTest::addColumn<QString>("signal");
    QTest::newRow("errorOccurred") << u"errorOccurred Crashed"_s;
    QTest::newRow("readChannelFinished") << u"readChannelFinished"_s;
}

// A slot starts the next child. finished() still reports the end of the first child.
void tst_Restart::ownEnd()
{
    QFETCH(const QString, signal);
    Process process;
    QStringList ends;
    bool isSecond = false;
    atEverySignal(&process, [&](const QString &name) {
        if (name.startsWith(u"finished"_s))
            ends += name;
        if (name == signal && !std::exchange(isSecond, true))
            process.start(childProgram(), words("exit 3"));
    });
    process.start(childProgram(), words("signal 9"));
    QTRY_COMPARE(ends, QStringList({u"finished 9 CrashExit"_s, u"finished 3 NormalExit"_s}));
}

// The wait is for the first child.
void tst_Restart::inAWait()
{
    Process process;
    bool isSecond = false;
    connect(&process, &Process::readyRead, &process, [&] {
        if (std::exchange(isSecond, true))
            return;
        process.kill();
        process.waitForFinished();
        process.start(childProgram(), words("exit 3"));
    });
    process.start(childProgram(), words("write 3 1 sleep"));
    QVERIFY(process.waitForFinished());
    QVERIFY(process.state() != Process::NotRunning);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

#endif

QTEST_GUILESS_MAIN(tst_Restart)
#include "tst_restart.moc"
