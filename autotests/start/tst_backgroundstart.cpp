// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "backgroundtest.h"
#include "testpipe.h"

#include <QtCore/QDir>
#include <QtCore/QEventLoop>
#include <QtCore/QScopeGuard>
#include <QtCore/QThread>

#include <cerrno>
#include <csignal>

using ForkFd::LaunchOptions;
using ForkFd::StartError;
using namespace std::chrono_literals;

/// A start that never holds the caller, however long it takes.
/// Holds: L15, H15.
class tst_BackgroundStart : public BackgroundTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void modes();
    void hidesTheChildUntilItIsReported();
    void fileThatHangs_data();
    void fileThatHangs();
    void givenUp_data();
    void givenUp();
    void killedInTheExec();
    void stoppedInTheExec();
    void timeLimit_data();
    void timeLimit();
    void oneDeadline();
    void destroyed_data();
    void destroyed();
    void movedToAnotherThread();
    void copiesWhatItNeeds();
    void relativeControlGroup();
    void restartedInErrorOccurred();
    void nestedLoopInStarted();
    void modifierIsDirect();
};

void tst_BackgroundStart::initTestCase()
{
    setPath();
    HeldSystemCall probe(SYS_execve);
    if (!probe.isPossible())
        QSKIP("This system cannot hold up a system call (seccomp(2), Linux 5.5).");
}

void tst_BackgroundStart::modes()
{
    Process process;
    QCOMPARE(process.startMode(), Process::StartMode::Direct);
    process.setStartMode(Process::StartMode::Background);
    QCOMPARE(process.startMode(), Process::StartMode::Background);
    process.setProgram(childProgram());
    process.setArguments(words("exit 3"));
    qint64 pid = 0;
    QVERIFY(process.startDetached(&pid)); // Direct.
    QVERIFY(pid > 0);
}

void tst_BackgroundStart::hidesTheChildUntilItIsReported()
{
    HeldSystemCall exec(SYS_execve);
    const auto process = startHeld(exec, childProgram(), "echo exit 3");
    QVERIFY(exec.await()); // The child exists.
    QStringList seen;
    atEverySignal(process.get(), [&seen](const QString &name) { seen += name; });
    QCOMPARE(process->state(), Process::Starting);
    QCOMPARE(process->processId(), 0);
    QVERIFY(process->startError() == StartError());
    QVERIFY(process->isOpen());
    errno = 0;
    QVERIFY(!process->sendSignal(SIGTERM));
    QCOMPARE(errno, ESRCH);
    QVERIFY(!process->sendSignal(0));
    process->terminate();
    QVERIFY(process->elapsedTime() > 0ns);
    process->closeWriteChannel();
    QCOMPARE(seen, QStringList());
    exec.letGo();
    QVERIFY(process->waitForStarted());
    QVERIFY(process->processId() > 0);
    QVERIFY(process->waitForFinished());
    QCOMPARE(seen,
             QStringList({u"stateChanged Running"_s, u"started"_s, u"stateChanged NotRunning"_s,
                          u"readChannelFinished"_s, u"finished 3 NormalExit"_s}));
}

void tst_BackgroundStart::fileThatHangs_data()
{
    QTest::addColumn<bool>("isWaiting");
    QTest::newRow("event loop") << false;
    QTest::newRow("waitForFinished") << true;
}

// open(2) blocks in the start's thread.
void tst_BackgroundStart::fileThatHangs()
{
    QFETCH(const bool, isWaiting);
    Fifo fifo;
    Process process;
    QSignalSpy failed(&process, &Process::errorOccurred);
    process.setStartMode(Process::StartMode::Background);
    process.setStandardInputFile(fifo.name());
    process.start(childProgram(), words("exit 3"));
    QCOMPARE(process.state(), Process::Starting);
    QVERIFY(!process.waitForStarted(0));
    QCOMPARE(process.error(), Process::Timedout);
    process.kill();
    QCOMPARE(process.state(), Process::Starting);
    QCOMPARE(failed.size(), 0);
    if (isWaiting)
        QVERIFY(!process.waitForFinished());
    QVERIFY(comes(failed));
    QCOMPARE(process.error(), Process::FailedToStart);
    QCOMPARE(process.startError(), (StartError{"canceled", ECANCELED}));
    QCOMPARE(process.exitCode(), 255);

    // The object is usable while the old thread still hangs.
    process.setStandardInputFile({});
    process.start(childProgram(), words("exit 4"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 4);
    fifo.letGo();
}

void tst_BackgroundStart::givenUp_data()
{
    QTest::addColumn<bool>("isStopped");
    QTest::newRow("kill") << false;
    QTest::newRow("stop") << true;
}

// Before there is a child.
void tst_BackgroundStart::givenUp()
{
    QFETCH(const bool, isStopped);
    HeldSystemCall search(statCall);
    TestPipe pipe;
    const auto process = startHeld(search, u"child"_s, "write 1 8", [&pipe](Process &it) {
        LaunchOptions options;
        options.fileDescriptors = {{8, pipe.writeEnd()}};
        it.setLaunchOptions(options);
    });
    pipe.closeWriteEnd();
    QVERIFY(search.await());
    QSignalSpy failed(process.get(), &Process::errorOccurred);
    QSignalSpy stateChanged(process.get(), &Process::stateChanged);
    QSignalSpy finished(process.get(), &Process::finished);
    if (isStopped)
        process->stop();
    else
        process->kill();
    process->kill(); // Does nothing more.
    QCOMPARE(pipe.readAll(), ""); // Closed at once, although the thread still hangs.
    QVERIFY(comes(failed));
    QCOMPARE(process->startError(), (StartError{"canceled", ECANCELED}));
    QCOMPARE(process->state(), Process::NotRunning);
    QCOMPARE(stateChanged.size(), 1);
    QCOMPARE(process->exitInfo().reason, ForkFd::ExitInfo::Unknown);
    QVERIFY(!hasChildren());
    search.letGo();
    QVERIFY(startsComeToRest());
    QCoreApplication::processEvents();
    QCOMPARE(failed.size(), 1);
    QCOMPARE(finished.size(), 0);
}

void tst_BackgroundStart::killedInTheExec()
{
    HeldSystemCall exec(SYS_execve);
    const auto process = startHeld(exec, childProgram(), "exit 3");
    QVERIFY(exec.await());
    QSignalSpy started(process.get(), &Process::started);
    QSignalSpy finished(process.get(), &Process::finished);
    process->kill();
    QVERIFY(comes(finished)); // The exec is still held.
    QCOMPARE(started.size(), 1);
    QCOMPARE(text(process->exitInfo()), "killed by SIGKILL");
    QVERIFY(process->startError() == StartError());
    exec.letGo();
}

void tst_BackgroundStart::stoppedInTheExec()
{
    HeldSystemCall exec(SYS_execve);
    const auto process = startHeld(exec, childProgram(), "exit 3");
    QVERIFY(exec.await());
    process->stop();
    QVERIFY(process->waitForFinished());
    QCOMPARE(text(process->exitInfo()), "killed by SIGTERM");
    exec.letGo();
}

void tst_BackgroundStart::timeLimit_data()
{
    addMoments();
}

// The limit counts from start().
void tst_BackgroundStart::timeLimit()
{
    QFETCH(const int, moment);
    HeldSystemCall held(callOf(Moment(moment)));
    const auto process = startHeld(held, u"child"_s, "exit 3");
    QVERIFY(held.await());
    QSignalSpy errors(process.get(), &Process::errorOccurred);
    QSignalSpy started(process.get(), &Process::started);
    process->setTimeLimit(1ms); // Now there is a child, or not, however slow this machine is.
    QVERIFY(comes(errors, 2));
    QCOMPARE(errors[0][0].value<Process::ProcessError>(), Process::Timedout);
    QVERIFY(process->timeLimitExceeded());
    const bool hasChild = moment == Exec;
    QCOMPARE(errors[1][0].value<Process::ProcessError>(),
             hasChild ? Process::Crashed : Process::FailedToStart);
    QCOMPARE(started.size(), hasChild ? 1 : 0);
    held.letGo();
    QVERIFY(startsComeToRest());
}

// The whole wait, whose start hangs, has one deadline.
void tst_BackgroundStart::oneDeadline()
{
    Fifo fifo;
    Process process;
    process.setStartMode(Process::StartMode::Background);
    process.setStandardInputFile(fifo.name());
    process.start(childProgram(), words("exit 3"));
    QVERIFY(!process.waitForFinished(1));
    QCOMPARE(process.error(), Process::Timedout);
    QVERIFY(!process.waitForReadyRead(1));
    QVERIFY(!process.waitForBytesWritten(1));
    QVERIFY(!process.waitForStarted(1));
    QCOMPARE(process.state(), Process::Starting);
    fifo.letGo();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

void tst_BackgroundStart::destroyed_data()
{
    QTest::addColumn<int>("moment");
    QTest::addColumn<int>("policy");
    using Policy = Process::DestructionPolicy;
    const auto add = [](const char *name, Policy policy) {
        QTest::addRow("%s, in the search", name) << int(Search) << int(policy);
        QTest::addRow("%s, in the exec", name) << int(Exec) << int(policy);
    };
    add("kill", Policy::Kill);
    add("stop", Policy::Stop);
    add("leave running", Policy::LeaveRunning);
}

// The destructor waits for nothing, and LeaveRunning lets the start go on.
void tst_BackgroundStart::destroyed()
{
    using Policy = Process::DestructionPolicy;
    QFETCH(const int, moment);
    QFETCH(const int, policy);
    HeldSystemCall held(callOf(Moment(moment)));
    TestPipe pipe;
    auto process = startHeld(held, u"child"_s, "write 1 8", [&](Process &it) {
        LaunchOptions options;
        options.fileDescriptors = {{8, pipe.writeEnd()}};
        it.setLaunchOptions(options);
        it.setDestructionPolicy(Policy(policy));
    });
    pipe.closeWriteEnd();
    QVERIFY(held.await());
    process.reset();
    held.letGo();
    const bool goesOn = Policy(policy) == Policy::LeaveRunning;
    QCOMPARE(pipe.readAll(), QByteArray(goesOn ? "x" : ""));
    QVERIFY(startsComeToRest());
}

void tst_BackgroundStart::movedToAnotherThread()
{
    HeldSystemCall search(statCall);
    auto process = startHeld(search, u"child"_s, "write 3 1 exit 3");
    QVERIFY(search.await());
    QThread thread;
    QThread *finishedIn = nullptr;
    connect(process.get(), &Process::finished, process.get(), [&] {
        finishedIn = QThread::currentThread();
        process->moveToThread(qApp->thread());
        thread.quit();
    });
    process->moveToThread(&thread);
    thread.start(); // Only now: ThreadSanitizer does not see how Qt orders the events that move.
    search.letGo();
    QVERIFY(thread.wait(60000));
    QCOMPARE(finishedIn, &thread);
    QCOMPARE(process->exitCode(), 3);
    QCOMPARE(process->readAll(), "xxx");
}

// A relative redirection is relative to the directory at the time of start(), as with a direct start.
void tst_BackgroundStart::copiesWhatItNeeds()
{
    const QTemporaryDir directory;
    const QString before = QDir::currentPath();
    const auto comeBack = qScopeGuard([before] { QDir::setCurrent(before); });
    const QString wanted = QDir(directory.path()).canonicalPath();
    Fifo fifo;
    QFile input(wanted + u"/input"_s);
    QVERIFY(input.open(QIODevice::WriteOnly) && input.write("abc") == 3);
    input.close();
    QVERIFY(QDir::setCurrent(wanted));
    qputenv("FORKFD_TEST_INHERITED", "then");
    Process process;
    process.setStartMode(Process::StartMode::Background);
    process.setStandardErrorFile(fifo.name()); // Hangs, too.
    process.setStandardInputFile(fifo.name());
    process.setStandardOutputFile(u"output"_s);
    process.start(childProgram(), words("cwd env FORKFD_TEST_INHERITED"));
    QVERIFY(QDir::setCurrent(u"/"_s));
    qputenv("FORKFD_TEST_INHERITED", "now");
    fifo.letGo();
    QVERIFY(process.waitForFinished());
    qunsetenv("FORKFD_TEST_INHERITED");
    QFile output(wanted + u"/output"_s);
    QVERIFY(output.open(QIODevice::ReadOnly));
    QCOMPARE(output.readAll(), QFile::encodeName(wanted) + "\nthen\n");

    // With an absolute directory, too.
    QVERIFY(QDir::setCurrent(wanted));
    process.setWorkingDirectory(u"/"_s);
    process.setStandardErrorFile({});
    process.setStandardInputFile(u"input"_s);
    process.setStandardOutputFile({});
    process.start(childProgram(), words("echo cwd"));
    QVERIFY(QDir::setCurrent(before));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "abc/\n");
}

void tst_BackgroundStart::relativeControlGroup()
{
    const QString before = QDir::currentPath();
    const auto comeBack = qScopeGuard([before] { QDir::setCurrent(before); });
    const QTemporaryDir directory;
    const QString wanted = QDir(directory.path()).canonicalPath();
    QVERIFY(QDir::setCurrent(wanted));
    Process process;
    process.setStartMode(Process::StartMode::Background);
    process.setLaunchOptions({.controlGroup = "none"});
    process.start(childProgram(), words("exit 0"));
    QVERIFY(QDir::setCurrent(u"/"_s));
    QVERIFY(!process.waitForFinished());
    QCOMPARE(QByteArray(process.startError().step), "controlGroup");
    QCOMPARE(QString::fromStdString(process.startError().subject), wanted + u"/none"_s);
}

void tst_BackgroundStart::restartedInErrorOccurred()
{
    Process process;
    process.setStartMode(Process::StartMode::Background);
    QStringList seen;
    atEverySignal(&process, [&seen](const QString &name) { seen += name; });
    connect(&process, &Process::errorOccurred, &process,
            [&process] { process.start(childProgram(), words("exit 3")); });
    QSignalSpy finished(&process, &Process::finished);
    process.start(u"/no/such/program"_s);
    QVERIFY(comes(finished));
    QCOMPARE(process.exitCode(), 3);
    QVERIFY(process.startError() == StartError());
    QCOMPARE(seen,
             QStringList({u"stateChanged Starting"_s, u"stateChanged NotRunning"_s,
                          u"errorOccurred FailedToStart"_s, u"stateChanged Starting"_s,
                          u"stateChanged Running"_s, u"started"_s, u"stateChanged NotRunning"_s,
                          u"readChannelFinished"_s, u"finished 3 NormalExit"_s}));
}

void tst_BackgroundStart::nestedLoopInStarted()
{
    Process process;
    process.setStartMode(Process::StartMode::Background);
    connect(&process, &Process::started, &process, [&process] {
        QEventLoop loop;
        connect(&process, &Process::finished, &loop, &QEventLoop::quit);
        loop.exec();
    });
    process.start(childProgram(), words("write 3 1 exit 3"));
    QVERIFY(process.waitForStarted());
    QCOMPARE(process.state(), Process::NotRunning);
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(process.readAll(), "xxx");
}

void tst_BackgroundStart::modifierIsDirect()
{
    Process process;
    process.setStartMode(Process::StartMode::Background);
    process.setChildProcessModifier([] {});
    process.start(childProgram(), words("exit 3"));
    QVERIFY(process.processId() > 0);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

QTEST_GUILESS_MAIN(tst_BackgroundStart)
#include "tst_backgroundstart.moc"
