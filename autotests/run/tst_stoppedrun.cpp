// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "lifeline.h"
#include "runtest.h"
#include "systemcallfilter.h"
#include "testpipe.h"

#include <atomic>
#include <cerrno>
#include <cstdarg>

#include <dlfcn.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

using ForkFd::ChildProcess;
using ForkFd::RunOptions;
using ForkFd::RunResult;
using namespace std::chrono_literals;

namespace {

std::atomic<bool> isCloneHeld = false;

} // namespace

// Replaces clone() for the library, too. The starting thread goes on late, long after the exec.
extern "C" int clone(int (*function)(void *), void *stack, int flags, void *argument, ...) noexcept
{
    using Clone = int (*)(int (*)(void *), void *, int, void *, ...);
    static const auto next = reinterpret_cast<Clone>(dlsym(RTLD_NEXT, "clone"));
    va_list list;
    va_start(list, argument);
    void *const mark = va_arg(list, void *);
    va_end(list);
    const int pid = next(function, stack, flags, argument, mark);
    const int errorCode = errno;
    while (isCloneHeld)
        usleep(1000);
    errno = errorCode;
    return pid;
}

/// The end of run() by a time limit or by cancelling its future.
/// Holds: R6, R7.
class tst_StoppedRun : public RunTest
{
    Q_OBJECT

private Q_SLOTS:
    void timeLimit_data();
    void timeLimit();
    void canceled();
    void canceledAtOnce();
    void canceledGroup();
    void canceledGroupDuringTheStart();
    void canceledWhenItHasEnded();
    void dropped();
};

void tst_StoppedRun::timeLimit_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<std::chrono::milliseconds>("limit");
    QTest::addColumn<std::chrono::milliseconds>("grace");
    QTest::addColumn<bool>("isExceeded");
    QTest::addColumn<QByteArray>("end");
    const auto row = [](const char *name, const char *command, auto limit, auto grace, bool isExceeded,
                        const char *end) {
        QTest::newRow(name) << QString::fromLatin1(command) << std::chrono::milliseconds(limit)
                            << std::chrono::milliseconds(grace) << isExceeded << QByteArray(end);
    };
    row("asked to end", "sleep", 30ms, 1h, true, "killed by SIGTERM");
    row("made to end", "ignore 15 sleep", 200ms, 20ms, true, "killed by SIGKILL");
    row("no grace", "ignore 15 sleep", 30ms, 0ms, true, "killed by SIGKILL");
    row("in time", "exit 3", 1h, 1h, false, "exited with code 3");
    row("none", "exit 3", 0ms, 1h, false, "exited with code 3");
    row("negative", "exit 3", -1ms, 1h, false, "exited with code 3");
    row("the longest", "exit 3", std::chrono::milliseconds::max(), 1h, false, "exited with code 3");
}

void tst_StoppedRun::timeLimit()
{
    QFETCH(const QString, command);
    QFETCH(const std::chrono::milliseconds, limit);
    QFETCH(const std::chrono::milliseconds, grace);
    QFETCH(const QByteArray, end);
    RunOptions options;
    options.timeLimit = limit;
    options.stopGrace = grace;
    RunResult result = ForkFd::run(childProgram(), command.split(u' '), options).result();
    // On a slow machine the limit may be over before there is a child, or before it ignores the signal.
    const auto wasTooEarly = [&result, &end] {
        return result.startError.step == QByteArray("canceled")
            || (endOf(result) == "killed by SIGTERM" && end == "killed by SIGKILL");
    };
    while (result.timeLimitExceeded && wasTooEarly()) {
        options.timeLimit *= 2;
        result = ForkFd::run(childProgram(), command.split(u' '), options).result();
    }
    QTEST(result.timeLimitExceeded, "isExceeded");
    QCOMPARE(endOf(result), end);
    if (result.timeLimitExceeded)
        QVERIFY(result.elapsedTime >= options.timeLimit);
}

void tst_StoppedRun::canceled()
{
    Lifeline lifeline;
    RunOptions options;
    options.stopGrace = 1h;
    options.launchOptions.fileDescriptors = {lifeline.asDescriptor()};
    TestPipe ready;
    options.launchOptions.fileDescriptors.push_back({8, ready.writeEnd()});
    QFuture<RunResult> future = run("write 1 8 leave 8 sleep", options);
    char byte = 0;
    QCOMPARE(::read(ready.readEnd(), &byte, 1), 1); // The child runs.
    lifeline.letGo();
    future.cancel();
    future.waitForFinished();
    QVERIFY(lifeline.isCut()); // Once the future is finished, the child has ended.
    QVERIFY(future.isCanceled());
    QCOMPARE(future.resultCount(), 0);
}

void tst_StoppedRun::canceledAtOnce()
{
    QList<QFuture<RunResult>> futures;
    for (int i = 0; i < 50; ++i) {
        futures += run("sleep");
        futures.back().cancel();
    }
    for (QFuture<RunResult> &future : futures) {
        future.waitForFinished();
        QCOMPARE(future.resultCount(), 0);
    }
}

void tst_StoppedRun::canceledGroup()
{
    Lifeline lifeline;
    TestPipe ready;
    RunOptions options;
    options.signalScope = ChildProcess::SignalScope::Group;
    options.stopGrace = 50ms; // The library looks after the rest of the group for this long.
    options.launchOptions.fileDescriptors = {lifeline.asDescriptor(), {8, ready.writeEnd()}};
    QFuture<RunResult> future = run("fork write 1 8 sleep", options);
    char byte = 0;
    QCOMPARE(::read(ready.readEnd(), &byte, 1), 1);
    lifeline.letGo();
    future.cancel();
    future.waitForFinished();
    QVERIFY(lifeline.comesToBeCut());
}

// The program runs and has started another one, but the starting thread has not told so yet. The signal
// once reached the program alone.
void tst_StoppedRun::canceledGroupDuringTheStart()
{
    Lifeline lifeline;
    const QByteArray result = inRefusedCopy({{SYS_clone3, ENOSYS}}, [&lifeline]() -> QByteArray {
        TestPipe ready;
        RunOptions options;
        options.signalScope = ChildProcess::SignalScope::Group;
        options.stopGrace = 1h;
        options.launchOptions.fileDescriptors = {lifeline.asDescriptor(), {8, ready.writeEnd()}};
        isCloneHeld = true;
        QFuture<RunResult> future = run("fork write 1 8 sleep", options);
        char byte = 0;
        if (::read(ready.readEnd(), &byte, 1) != 1)
            return "not started";
        future.cancel();
        siginfo_t info; // Fails if another thread has reaped the child.
        ::waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | __WALL);
        isCloneHeld = false;
        future.waitForFinished();
        return "canceled";
    });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    lifeline.letGo();
    const bool areAllGone = lifeline.comesToBeCut();
    lifeline.cut();
    QCOMPARE(result, "canceled");
    QVERIFY(areAllGone);
}

void tst_StoppedRun::canceledWhenItHasEnded()
{
    QFuture<RunResult> future = run("exit 3");
    future.waitForFinished();
    future.cancel();
    QCOMPARE(endOf(future.resultAt(0)), "exited with code 3");
}

void tst_StoppedRun::dropped()
{
    TestPipe pipe;
    {
        RunOptions options;
        options.launchOptions.fileDescriptors = {{8, pipe.writeEnd()}};
        static_cast<void>(run("burn 20 write 5 8", options));
    }
    char bytes[5];
    QCOMPARE(::read(pipe.readEnd(), bytes, sizeof bytes), 5);
    QTRY_VERIFY(!hasChildren());
}

QTEST_GUILESS_MAIN(tst_StoppedRun)
#include "tst_stoppedrun.moc"
