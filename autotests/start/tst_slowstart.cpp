// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "lifeline.h"
#include "slowstarttest.h"
#include "startthreads.h"
#include "systemcallfilter.h"
#include "testpipe.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QRandomGenerator>

#include <cerrno>
#include <cstdlib>
#include <thread>

#include <sched.h>

using ForkFd::RunOptions;
using ForkFd::RunResult;
using ForkFd::StartError;
using namespace std::chrono_literals;

/// A start of run() that takes long, as on a dead network mount or behind an on-access scanner.
/// Holds: L15.
class tst_SlowStart : public SlowStartTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareSlowStarts(); }
    void holdsUpNoOther();
    void holdsNoOutput();
    void holdsNoInput_data();
    void holdsNoInput();
    void canceled_data() { addBackends(); }
    void canceled();
    void timeLimit();
    void killedBecauseItIgnores();
    void canceledBeforeThereIsAChild();
    void timeLimitBeforeThereIsAChild();
    void canceledAtTheGate();
    void exitOfTheProcess_data() { addBackends(); }
    void exitOfTheProcess();
    void noThread();
    void canceledAtAnyMoment();

private:
    static void addBackends()
    {
        QTest::addColumn<bool>("isBeforeTheChild");
        QTest::newRow("in the exec") << false;
        QTest::newRow("in the search") << true;
    }
    /// The result of a start whose time limit expires in the exec. On a slow machine it may expire
    /// before the child exists; then the start gets more time.
    static RunResult limitedInTheExec(RunOptions options)
    {
        RunResult result;
        options.timeLimit = 50ms;
        do {
            HeldSystemCall exec(SYS_execve);
            result = exec.call([&options] { return run("exit 3", options); }).result();
            options.timeLimit *= 2;
        } while (result.startError.errorCode == ECANCELED && options.timeLimit < 10s);
        return result;
    }
};

// A held start does not delay the start, end, time limit or cancellation of others.
void tst_SlowStart::holdsUpNoOther()
{
    HeldSystemCall exec(SYS_execve);
    QFuture<RunResult> held = exec.call([] { return run("exit 3"); });
    QVERIFY(exec.await());
    QCOMPARE(run("exit 4").result().exitInfo.code, 4);
    RunOptions options;
    options.timeLimit = 100ms;
    QVERIFY(run("sleep", options).result().timeLimitExceeded);
    QFuture<RunResult> sleeping = run("sleep");
    sleeping.cancel();
    sleeping.waitForFinished();
    QVERIFY(!held.isFinished());
    exec.letGo();
    QCOMPARE(held.result().exitInfo.code, 3);
}

// Until its exec a child has copies of the parent's descriptors. It once kept the write ends of other
// children's outputs among them.
void tst_SlowStart::holdsNoOutput()
{
    HeldSystemCall first(SYS_execve);
    QFuture<RunResult> other = first.call([] { return run("write 3 1 write 5 2 exit 4"); });
    QVERIFY(first.await());
    HeldSystemCall exec(SYS_execve);
    QFuture<RunResult> held = exec.call([] { return run("exit 3"); });
    QVERIFY(exec.await());
    first.letGo();
    const RunResult result = other.result();
    QVERIFY(!held.isFinished());
    exec.letGo();
    QCOMPARE(held.result().exitInfo.code, 3);
    QCOMPARE(result.exitInfo.code, 4);
    QCOMPARE(result.standardOutput, "xxx");
    QCOMPARE(result.standardError, "xxxxx");
    QVERIFY(result.outputComplete);
}

void tst_SlowStart::holdsNoInput_data()
{
    QTest::addColumn<bool>("isDetached");
    QTest::newRow("run()") << false;
    QTest::newRow("startDetached()") << true;
}

// The same for the input of a child that waits for the end of file.
void tst_SlowStart::holdsNoInput()
{
    QFETCH(const bool, isDetached);
    ForkFd::ChildProcess reader;
    reader.start(childProgram(), words("echo"));
    QVERIFY(reader.waitForStarted());
    HeldSystemCall exec(SYS_execve);
    QFuture<RunResult> held;
    std::thread detached;
    if (isDetached)
        exec.call([&detached] {
            detached = std::thread(
                [] { ForkFd::ChildProcess::startDetached(childProgram(), words("exit 3")); });
            return true;
        });
    else
        held = exec.call([] { return run("exit 3"); });
    const bool isHeld = exec.await();
    reader.write("abc");
    reader.closeWriteChannel();
    const bool hasEnded = reader.waitForFinished();
    exec.letGo();
    if (isDetached)
        detached.join();
    else
        held.waitForFinished();
    QVERIFY(isHeld);
    QVERIFY(hasEnded);
    QCOMPARE(reader.readAll(), "abc");
}

void tst_SlowStart::canceled()
{
    QFETCH(const bool, isBeforeTheChild);
    HeldSystemCall held(isBeforeTheChild ? statCall : SYS_execve);
    QFuture<RunResult> future = held.call([] { return runByName("exit 3"); });
    QVERIFY(held.await());
    future.cancel();
    future.waitForFinished(); // The system call is still held.
    QCOMPARE(future.resultCount(), 0);
    QVERIFY(!hasChildren());
    held.letGo();
    QVERIFY(startsComeToRest());
}

// The child counts as started: signals are unblocked just before the exec, and SIGTERM killed it.
void tst_SlowStart::timeLimit()
{
    const RunResult result = limitedInTheExec({});
    QVERIFY(result.timeLimitExceeded);
    QCOMPARE(text(result.startError), QByteArray());
    QCOMPARE(text(result.exitInfo), "killed by SIGTERM");
    QVERIFY(result.elapsedTime >= 50ms);
}

// The grace expires in the exec, too.
void tst_SlowStart::killedBecauseItIgnores()
{
    RunOptions options;
    options.stopGrace = 20ms;
    sigset_t &mask = options.launchOptions.signalMask.emplace();
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    QCOMPARE(text(limitedInTheExec(options).exitInfo), "killed by SIGKILL");
}

void tst_SlowStart::canceledBeforeThereIsAChild()
{
    HeldSystemCall search(statCall);
    TestPipe pipe;
    RunOptions options;
    options.launchOptions.fileDescriptors = {{8, pipe.writeEnd()}};
    QFuture<RunResult> future = search.call([&options] { return runByName("write 1 8", options); });
    QVERIFY(search.await());
    pipe.closeWriteEnd();
    future.cancel();
    future.waitForFinished();
    search.letGo();
    QCOMPARE(pipe.readAll(), ""); // No child has written.
    QVERIFY(startsComeToRest());
}

void tst_SlowStart::timeLimitBeforeThereIsAChild()
{
    HeldSystemCall search(statCall);
    RunOptions options;
    options.timeLimit = 50ms;
    QFuture<RunResult> future = search.call([&options] { return runByName("exit 3", options); });
    const RunResult result = future.result();
    QVERIFY(result.timeLimitExceeded);
    QCOMPARE(result.startError, (StartError{"canceled", ECANCELED}));
    QCOMPARE(result.exitInfo.reason, ForkFd::ExitInfo::Unknown);
    search.letGo();
    QVERIFY(startsComeToRest());
}

// A copied child once waited at the gate for its parent, which waited for the child's end.
void tst_SlowStart::canceledAtTheGate()
{
    if (isUnderThreadSanitizer)
        QSKIP(noThreadsInCopies);
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP("This library has no gate.");
    const QByteArray result = ::inForkedCopy([]() -> QByteArray {
        ::alarm(30);
        run("exit 0").waitForFinished();
        HeldSystemCall line(SYS_socketpair);
        QFuture<RunResult> future = line.call([] {
            refuse({{SYS_clone3, ENOSYS},
                    {SYS_clone, EPERM, CLONE_VFORK, CLONE_VFORK},
                    {SYS_kill, EPERM},
                    {SYS_pidfd_send_signal, EPERM}});
            return run("sleep");
        });
        if (!line.await())
            return "no socket pair";
        future.cancel();
        run("exit 0").waitForFinished(); // Now the library has seen the cancel.
        line.letGo();
        future.waitForFinished();
        return startsComeToRest() ? "ended" : "goes on";
    });
    QCOMPARE(result, "ended");
}

// The process exits at once, and no child outlives it.
void tst_SlowStart::exitOfTheProcess()
{
    if (isUnderThreadSanitizer)
        QSKIP(noThreadsInCopies);
    QFETCH(const bool, isBeforeTheChild);
    Lifeline lifeline;
    QElapsedTimer timer;
    timer.start();
    const QByteArray result = ::inForkedCopy([&lifeline, isBeforeTheChild]() -> QByteArray {
        run("exit 0").waitForFinished();
        HeldSystemCall held(isBeforeTheChild ? statCall : SYS_execve);
        RunOptions options;
        options.launchOptions.fileDescriptors = {lifeline.asDescriptor()};
        const QFuture<RunResult> future = held.call([&options] { return runByName("sleep", options); });
        held.await();
        std::exit(0);
    });
    QVERIFY(timer.elapsed() < 30000); // The leak sanitizer looks at the whole memory.
    lifeline.letGo();
    // The address sanitizer reports the memory of the parent's threads as leaked.
    QVERIFY2(result.isEmpty() || isUnderAddressSanitizer, result.constData());
    QVERIFY(lifeline.comesToBeCut());
}

void tst_SlowStart::noThread()
{
    if (isUnderThreadSanitizer)
        QSKIP(noThreadsInCopies);
    const QByteArray result = ::inForkedCopy([]() -> QByteArray {
        run("exit 0").waitForFinished();
        becomeOrdinaryUserWhoMayReadAll();
        const rlimit none = {0, 0};
        setrlimit(RLIMIT_NPROC, &none);
        return text(run("exit 0").result().startError);
    });
    QCOMPARE(result, text(StartError{"clone", EAGAIN}));
}

void tst_SlowStart::canceledAtAnyMoment()
{
    auto *random = QRandomGenerator::global();
    QList<QFuture<RunResult>> futures;
    for (int i = 0; i < 400; ++i) {
        RunOptions options;
        if (i % 3 == 0)
            options.timeLimit = std::chrono::milliseconds(random->bounded(1, 3));
        futures += i % 2 == 0 ? run("sleep", options) : runByName("sleep", options);
        std::this_thread::sleep_for(std::chrono::microseconds(random->bounded(900)));
        futures[random->bounded(static_cast<int>(futures.size()))].cancel();
    }
    for (QFuture<RunResult> &future : futures) {
        future.cancel();
        future.waitForFinished();
    }
    QVERIFY(startsComeToRest());
}

QTEST_GUILESS_MAIN(tst_SlowStart)
#include "tst_slowstart.moc"
