// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <sys/resource.h>

/// finished() is emitted once for each child, and reports how it ended.
/// Holds: P7, H13.
class tst_Finished : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyCode_data();
    void everyCode();
    void signal_data();
    void signal();
    void commandedToEnd_data();
    void commandedToEnd();

private:
    using Command = void (Process::*)();
    static bool waitUntilFinished(Process &process, QSignalSpy &finished);
};

void tst_Finished::initTestCase()
{
    // Some of the children die of signals that would leave a core dump.
    rlimit limit;
    QCOMPARE(getrlimit(RLIMIT_CORE, &limit), 0);
    limit.rlim_cur = 0;
    QCOMPARE(setrlimit(RLIMIT_CORE, &limit), 0);
}

void tst_Finished::everyCode_data()
{
    QTest::addColumn<bool>("waits");
    QTest::newRow("event loop") << false;
    QTest::newRow("waitForFinished") << true;
}

bool tst_Finished::waitUntilFinished(Process &process, QSignalSpy &finished)
{
    QFETCH(const bool, waits);
    return waits ? process.waitForFinished() : comes(finished);
}

void tst_Finished::everyCode()
{
    for (int code = 0; code <= 255; ++code) {
        Process process;
        QSignalSpy finished(&process, &Process::finished);
        QSignalSpy failed(&process, &Process::errorOccurred);
        process.start(childProgram(), {u"exit"_s, QString::number(code)});
        QVERIFY(waitUntilFinished(process, finished));
        QCoreApplication::processEvents(); // A second signal would come now.
        QCOMPARE(finished.size(), 1);
        QCOMPARE(finished[0][0].toInt(), code);
        QCOMPARE(finished[0][1].value<Process::ExitStatus>(), Process::NormalExit);
        QCOMPARE(process.exitCode(), code);
        QCOMPARE(process.exitStatus(), Process::NormalExit);
        QCOMPARE(process.state(), Process::NotRunning);
        QCOMPARE(process.processId(), 0);
        QCOMPARE(process.error(), Process::UnknownError);
        QCOMPARE(failed.size(), 0);
    }
}

void tst_Finished::signal_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<bool>("waits");
    const auto addRows = [](const char *name, int signal) {
        QTest::addRow("%s, event loop", name) << signal << false;
        QTest::addRow("%s, waitForFinished", name) << signal << true;
    };
    addRows("the first number", SIGHUP);
    addRows("a signal that cannot be caught", SIGKILL);
    addRows("a crash", SIGSEGV);
    addRows("an abort", SIGABRT);
    addRows("a request to end", SIGTERM);
    addRows("a broken pipe", SIGPIPE);
    addRows("a real-time signal", SIGRTMIN + 3);
    addRows("the last number", SIGRTMAX);
}

void tst_Finished::signal()
{
    QFETCH(const int, signal);
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    QSignalSpy failed(&process, &Process::errorOccurred);
    process.start(childProgram(), {u"signal"_s, QString::number(signal)});
    QVERIFY(waitUntilFinished(process, finished));
    QCoreApplication::processEvents();
    QCOMPARE(finished.size(), 1);
    QCOMPARE(finished[0][0].toInt(), signal);
    QCOMPARE(finished[0][1].value<Process::ExitStatus>(), Process::CrashExit);
    QCOMPARE(process.exitCode(), signal);
    QCOMPARE(process.exitStatus(), Process::CrashExit);
    QCOMPARE(failed.size(), 1);
    QCOMPARE(failed[0][0].value<Process::ProcessError>(), Process::Crashed);
    QCOMPARE(process.error(), Process::Crashed);
    QCOMPARE(process.errorString(), u"Process crashed"_s);
}

void tst_Finished::commandedToEnd_data()
{
    QTest::addColumn<Command>("command");
    QTest::addColumn<int>("signal");
    QTest::addColumn<bool>("waits");
    QTest::newRow("terminate") << Command(&Process::terminate) << SIGTERM << false;
    QTest::newRow("terminate and wait") << Command(&Process::terminate) << SIGTERM << true;
    QTest::newRow("kill") << Command(&Process::kill) << SIGKILL << false;
    QTest::newRow("kill and wait") << Command(&Process::kill) << SIGKILL << true;
}

void tst_Finished::commandedToEnd()
{
    QFETCH(const Command, command);
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    (process.*command)(); // Without a child nothing happens.
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForStarted());
    (process.*command)();
    QVERIFY(waitUntilFinished(process, finished));
    QTEST(process.exitCode(), "signal");
    (process.*command)();
    QCoreApplication::processEvents();
    QCOMPARE(finished.size(), 1);
}

QTEST_GUILESS_MAIN(tst_Finished)
#include "tst_finished.moc"
