// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"

#include <QtCore/QProcess>

#include <csignal>

/// The example program `run`: a command behaves the same with it and without it. A QProcess starts it,
/// as a program without ForkFd does.
/// Holds: none (it tests an example).
class tst_Run : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void endsAsAShell_data();
    void endsAsAShell();
    void forwardsPipes();
    void passesSignalsOn_data();
    void passesSignalsOn();
    void tour();

protected:
    void warmUp() override
    {
        ProcessTest::warmUp();
        QProcess process; // Ignores SIGPIPE after its first write.
        process.start(runProgram(), {childProgram(), "echo"});
        process.write("x");
        process.closeWriteChannel();
        QVERIFY(process.waitForFinished());
    }

private:
    static QString runProgram() { return QStringLiteral(FORKFD_TEST_RUN); }
    static QString childProgram() { return QStringLiteral(FORKFD_TEST_CHILD); }
};

void tst_Run::endsAsAShell_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("summary");

    QTest::newRow("succeeds") << QStringList{childProgram(), "exit", "0"} << 0
                              << "run: exited with code 0; wall ";
    QTest::newRow("exit code 3") << QStringList{childProgram(), "exit", "3"} << 3
                                 << "run: exited with code 3; wall ";
    QTest::newRow("killed") << QStringList{childProgram(), "signal", "9"} << 128 + SIGKILL
                            << "run: killed by SIGKILL; wall ";
    QTest::newRow("after two dashes")
        << QStringList{"--", childProgram(), "exit", "4"} << 4 << "run: exited with code 4; wall ";
    QTest::newRow("missing")
        << QStringList{"/no/such/program"} << 127
        << "run: did not start: exec: /no/such/program: No such file or directory\n";
    QTest::newRow("not executable") << QStringList{"/etc/passwd"} << 126
                                    << "run: did not start: exec: /etc/passwd: Permission denied\n";
}

void tst_Run::endsAsAShell()
{
    QFETCH(QStringList, command);
    QFETCH(int, status);
    QFETCH(QString, summary);

    QProcess process;
    process.start(runProgram(), command);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), status);
    const QString text = QString::fromLocal8Bit(process.readAllStandardError());
    QVERIFY2(text.startsWith(summary), qPrintable(text));
    QCOMPARE(text.count('\n'), 1);
}

void tst_Run::forwardsPipes()
{
    const QByteArray text(1'000'000, 'a');
    QProcess process;
    process.start(runProgram(), {childProgram(), "echo"});
    process.write(text);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAllStandardOutput(), text);
}

void tst_Run::passesSignalsOn_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
    QTest::newRow("SIGQUIT") << SIGQUIT;
    QTest::newRow("SIGHUP") << SIGHUP;
}

void tst_Run::passesSignalsOn()
{
    QFETCH(int, signal);

    QProcess process;
    // The output shows that the child runs.
    process.start(runProgram(), {childProgram(), "write", "1", "1", "sleep"});
    QVERIFY(process.waitForReadyRead());
    QCOMPARE(::kill(static_cast<pid_t>(process.processId()), signal), 0);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 128 + signal);
}

void tst_Run::tour()
{
    QProcess process;
    process.start(runProgram(), QStringList());
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
    const QByteArray text = process.readAllStandardOutput();
    for (const char *part : {"exited with code 0", "exited with code 3", "killed by SIGSEGV",
                             "did not start: exec: /no/such/program: No such file or directory"})
        QVERIFY2(text.contains(part), text.constData());
}

QTEST_GUILESS_MAIN(tst_Run)
#include "tst_run.moc"
