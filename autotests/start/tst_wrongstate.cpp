// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QThread>

#include <functional>
#include <memory>

using ForkFd::StartError;

/// docs/bad-input.md: calls in the wrong state, and from another thread than the object's.
/// Holds: H13 (settingsWhileRunning).
class tst_WrongState : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void withoutChild_data();
    void withoutChild();
    void settingsWhileRunning();
    void anotherThread();

private:
    using Action = std::function<void(Process &)>;
    static void addRow(const char *name, const Action &action) { QTest::newRow(name) << action; }
    static void expectUsable(Process &process);
};

void tst_WrongState::expectUsable(Process &process)
{
    process.setWorkingDirectory(QString());
    process.setLaunchOptions({});
    process.setStandardInputFile(QString());
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("exit 42"));
    QVERIFY(comes(finished));
    QCOMPARE(process.exitCode(), 42);
    QVERIFY(process.startError() == StartError());
}

void tst_WrongState::withoutChild_data()
{
    QTest::addColumn<Action>("call");
    addRow("kill", [](Process &p) { p.kill(); });
    addRow("terminate", [](Process &p) { p.terminate(); });
    addRow("stop", [](Process &p) { p.stop(); });
    addRow("close", [](Process &p) { p.close(); });
    addRow("closeWriteChannel", [](Process &p) { p.closeWriteChannel(); });
    addRow("closeReadChannel", [](Process &p) { p.closeReadChannel(Process::StandardOutput); });
    addRow("sendSignal", [](Process &p) { QVERIFY(!p.sendSignal(SIGTERM)); });
    addRow("setTerminalSize", [](Process &p) { QVERIFY(!p.setTerminalSize(80, 25)); });
    addRow("waitForStarted", [](Process &p) { QVERIFY(!p.waitForStarted()); });
    addRow("waitForReadyRead", [](Process &p) { QVERIFY(!p.waitForReadyRead()); });
    addRow("waitForBytesWritten", [](Process &p) { QVERIFY(!p.waitForBytesWritten()); });
    addRow("waitForFinished", [](Process &p) { QVERIFY(!p.waitForFinished()); });
    addRow("write", [](Process &p) {
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"device not open"_s));
        QCOMPARE(p.write("x"), -1);
    });
    addRow("read", [](Process &p) {
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"device not open"_s));
        QCOMPARE(p.read(1), QByteArray());
    });
}

void tst_WrongState::withoutChild()
{
    QFETCH(const Action, call);
    Process process;
    call(process);
    QCOMPARE(process.state(), Process::NotRunning);
    expectUsable(process);
    process.close();
    call(process);
    QCOMPARE(process.state(), Process::NotRunning);
    expectUsable(process);
}

// They concern the next start.
void tst_WrongState::settingsWhileRunning()
{
    Process process;
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForStarted());
    QTest::ignoreMessage(QtWarningMsg, "QProcess::setProgram: Process is already running");
    process.setProgram(u"/no/such/program"_s);
    QTest::ignoreMessage(QtWarningMsg, "QProcess::start: Process is already running");
    process.start(u"/no/such/program"_s);
    QTest::ignoreMessage(QtWarningMsg, "QProcess::startDetached: Process is already running");
    QVERIFY(!process.startDetached());
    process.setWorkingDirectory(u"/no/such/directory"_s);
    process.setStandardInputFile(u"/no/such/file"_s);
    process.setLaunchOptions({.niceValue = 1000});
    process.setProcessChannelMode(Process::ForwardedChannels);
    QCOMPARE(process.state(), Process::Running);
    QCOMPARE(process.program(), childProgram());
    process.kill();
    QVERIFY(process.waitForFinished());
    process.setProcessChannelMode(Process::SeparateChannels);
    expectUsable(process);
}

// The log says so, as it does for QProcess.
void tst_WrongState::anotherThread()
{
    Process process;
    QSignalSpy ended(&process, &Process::ended);
    const auto ignore = [](const char *function) {
        QTest::ignoreMessage(QtWarningMsg,
                             "ChildProcess::"_ba + function
                                 + ": Called in another thread than that of the object");
    };
    const char *const functions[] = {"start", "waitForStarted", "waitForReadyRead",
                                     "waitForBytesWritten", "waitForFinished"};
    for (const char *function : functions)
        ignore(function);
    const std::unique_ptr<QThread> thread(QThread::create([&process] {
        process.start(childProgram(), words("exit 42"));
        process.waitForStarted(0);
        process.waitForReadyRead(0);
        process.waitForBytesWritten(0);
        process.waitForFinished(0);
    }));
    thread->start();
    QVERIFY(thread->wait());
    QVERIFY(comes(ended));
    QCOMPARE(process.exitCode(), 42);
    expectUsable(process);
}

QTEST_GUILESS_MAIN(tst_WrongState)
#include "tst_wrongstate.moc"
