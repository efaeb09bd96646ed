// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QTimer>

/// Application objects are created and destroyed while children run.
/// Holds: R3, H4, H8.
class tst_Application : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void startedBefore();
    void oneAfterTheOther();
    void runningAcross();
    void startedAndThenAnother_data();
    void startedAndThenAnother();
    void timeLimitAcross();
    void waitedForAfterwards();
    void inStaticDestructor();

protected:
    void warmUp() override;

private:
    static QStringList words(const char *text) { return ChildProcessTest::words(text); }
    static bool runUntilFinished(Process &process);
};

namespace {

/// An application object until the end of the scope.
struct Application
{
    int argc = 1;
    char name[12] = "application";
    char *argv[2] = {name, nullptr};
    QCoreApplication object{argc, argv};
};

} // namespace

bool tst_Application::runUntilFinished(Process &process)
{
    QObject::connect(&process, &Process::finished, qApp, &QCoreApplication::quit);
    QTimer::singleShot(20000, qApp, [] { QCoreApplication::exit(1); });
    return QCoreApplication::exec() == 0;
}

void tst_Application::warmUp()
{
    ProcessTest::warmUp();
    Application application;
    Process process;
    process.start(ChildProcessTest::childProgram(), words("exit 0"));
    QVERIFY(runUntilFinished(process));
    // The keeper, which sends the second signal of a stop, keeps descriptors.
    process.start(ChildProcessTest::childProgram(), words("sleep"));
    QVERIFY(process.waitForStarted()); // A background start would be given up.
    process.stop();
    QVERIFY(process.waitForFinished());
}

void tst_Application::startedBefore()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.start(ChildProcessTest::childProgram(), words("write 3 1 exit 3"));
    Application application;
    QVERIFY(runUntilFinished(process));
    QCOMPARE(finished.size(), 1);
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(process.readAll(), "xxx");
}

// A hub that was made under the first application has to work with the event loop of the second.
void tst_Application::oneAfterTheOther()
{
    for (int i = 0; i < 3; ++i) {
        Application application;
        Process process;
        process.start(ChildProcessTest::childProgram(), words("write 3 1 exit 3"));
        QVERIFY(runUntilFinished(process));
        QCOMPARE(process.exitCode(), 3);
    }
}

void tst_Application::runningAcross()
{
    Process process;
    QSignalSpy started(&process, &Process::started);
    {
        Application application;
        process.start(ChildProcessTest::childProgram(), words("echo exit 3"));
        process.write("abc");
        QVERIFY(ChildProcessTest::comes(started));
    }
    Application application;
    process.closeWriteChannel();
    QVERIFY(runUntilFinished(process));
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(process.readAll(), "abc");
}

// Qt discards posted events when the application object is destroyed.
void tst_Application::startedAndThenAnother_data()
{
    QTest::addColumn<QString>("program");
    QTest::newRow("a child") << ChildProcessTest::childProgram();
    QTest::newRow("a failed start") << u"/no/such/program"_s;
}

void tst_Application::startedAndThenAnother()
{
    QFETCH(const QString, program);
    Process process;
    {
        Application application;
        process.start(program, words("exit 3"));
    }
    Application application;
    QTRY_COMPARE(process.state(), Process::NotRunning);
}

// The request for the time limit stays when the event dispatcher goes.
void tst_Application::timeLimitAcross()
{
    Process process;
    process.setTimeLimit(std::chrono::milliseconds(500));
    {
        Application application;
        QSignalSpy started(&process, &Process::started);
        process.start(ChildProcessTest::childProgram(), words("sleep"));
        QVERIFY(ChildProcessTest::comes(started));
    }
    Application application;
    QVERIFY(runUntilFinished(process));
    QVERIFY(process.timeLimitExceeded());
}

void tst_Application::waitedForAfterwards()
{
    Process process;
    {
        Application application;
        process.start(ChildProcessTest::childProgram(), words("echo exit 3"));
        QVERIFY(process.waitForStarted());
    }
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

// The thread's hub was used after its destruction.
void tst_Application::inStaticDestructor()
{
    Process process;
    process.start(QStringLiteral(FORKFD_TEST_LATESTART), QStringList());
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "3 late\n");
    QCOMPARE(process.exitCode(), 0);
}

QTEST_APPLESS_MAIN(tst_Application)
#include "tst_application.moc"
