// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

using ForkFd::ExitInfo;

/// A failed start never looks like success, not even to a caller that reads only the exit code.
/// Holds: L3, H13.
class tst_StartFailuresQt : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void exitCode_data();
    void exitCode();
    void exitCodeAfterAnotherChild_data() { exitCode_data(); }
    void exitCodeAfterAnotherChild();
    void exitCodeIsForgotten();
    void detached();
    void withoutReport();

private:
    using Starter = void (*)(Process &);
    static void expectFailure(Process &process, Starter start);
};

void tst_StartFailuresQt::exitCode_data()
{
    QTest::addColumn<Starter>("start");
    const auto row = [](const char *name, Starter start) { QTest::newRow(name) << start; };
    row("no such program", [](Process &p) { p.start(u"/no/such/program"_s); });
    row("no such program in PATH", [](Process &p) { p.start(u"no-such-program"_s); });
    row("a directory", [](Process &p) { p.start(u"/"_s); });
    row("no program", [](Process &p) { p.start(QString()); });
    row("a zero in an argument", [](Process &p) { p.start(childProgram(), {u"a\0b"_s}); });
    row("no such directory", [](Process &p) {
        p.setWorkingDirectory(u"/no/such"_s);
        p.start(childProgram(), words("exit 0"));
    });
    row("no such output file", [](Process &p) {
        p.setStandardOutputFile(u"/no/such/file"_s);
        p.start(childProgram(), words("exit 0"));
    });
    row("no such descriptor", [](Process &p) {
        p.setLaunchOptions({.fileDescriptors = {{3, -1}}});
        p.start(childProgram(), words("exit 0"));
    });
    row("a modifier that fails", [](Process &p) {
        p.setChildProcessModifier([&p] { p.failChildProcessModifier("no", 0); });
        p.start(childProgram(), words("exit 0"));
    });
}

// Checks all that a slot may ask, at each signal that reports the failure.
void tst_StartFailuresQt::expectFailure(Process &process, Starter start)
{
    QList<int> codes;
    const auto note = [&codes, &process] {
        codes += process.exitCode();
        QCOMPARE(process.exitStatus(), Process::NormalExit);
        QCOMPARE(process.exitInfo(), ExitInfo());
    };
    QObject context;
    connect(&process, &Process::errorOccurred, &context, note);
    connect(&process, &Process::stateChanged, &context, [note](Process::ProcessState state) {
        if (state == Process::NotRunning)
            note();
    });
    QSignalSpy failed(&process, &Process::errorOccurred);
    QSignalSpy exitCodeChanged(&process, &Process::exitCodeChanged);
    start(process);
    if (failed.isEmpty())
        QVERIFY(comes(failed));
    QVERIFY(!codes.isEmpty());
    QCOMPARE(codes, QList<int>(codes.size(), 255));
    QCOMPARE(process.exitCode(), 255);
    QVERIFY(!exitCodeChanged.isEmpty());
    QCOMPARE(exitCodeChanged.last().first().toInt(), 255);
}

void tst_StartFailuresQt::exitCode()
{
    QFETCH(const Starter, start);
    Process process;
    expectFailure(process, start);
}

void tst_StartFailuresQt::exitCodeAfterAnotherChild()
{
    QFETCH(const Starter, start);
    for (const char *end : {"exit 0", "exit 3", "signal 9"}) {
        Process process;
        process.start(childProgram(), words(end));
        QVERIFY(process.waitForFinished());
        expectFailure(process, start);
    }
}

void tst_StartFailuresQt::exitCodeIsForgotten()
{
    Process process;
    process.start(u"/no/such/program"_s);
    QVERIFY(!process.waitForStarted());
    QCOMPARE(process.exitCode(), 255);
    process.start(childProgram(), words("exit 0"));
    QCOMPARE(process.exitCode(), 0);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
}

void tst_StartFailuresQt::detached()
{
    Process process;
    process.start(childProgram(), words("signal 9"));
    QVERIFY(process.waitForFinished());
    QSignalSpy exitCodeChanged(&process, &Process::exitCodeChanged);
    process.setProgram(u"/no/such/program"_s);
    QVERIFY(!process.startDetached());
    QCOMPARE(process.exitCode(), 255);
    QCOMPARE(process.exitStatus(), Process::NormalExit);
    QCOMPARE(exitCodeChanged.size(), 1);
    QCOMPARE(Process::execute(u"/no/such/program"_s), -2); // As with QProcess.
}

// open() reports a missing program by a warning and by its return value only.
void tst_StartFailuresQt::withoutReport()
{
    Process process;
    QTest::ignoreMessage(QtWarningMsg, "QProcess::start: program not set");
    QVERIFY(!process.open());
    QCOMPARE(process.exitCode(), 255);
    QCOMPARE(process.startError().step, "program");
}

QTEST_GUILESS_MAIN(tst_StartFailuresQt)
#include "tst_startfailures_qt.moc"
