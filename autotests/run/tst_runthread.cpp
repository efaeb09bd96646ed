// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "lifeline.h"
#include "runtest.h"
#include "testpipe.h"

#include <QtCore/QLoggingCategory>
#include <QtCore/QPromise>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <functional>
#include <thread>
#include <utility>

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

using ForkFd::RunOptions;
using ForkFd::RunResult;

namespace {

// How many threads the calling thread may still create before one is refused; -1: any number.
constinit thread_local int createdBefore = -1;
std::atomic<bool> isCreating = false;
std::atomic<bool> mayFail = false;

std::atomic<int> faultCount = 0;

std::atomic<bool> isHandled = false;
// To the first message about a start in another thread.
std::function<void()> reaction; // clazy:exclude=non-pod-global-static
QtMessageHandler usualHandler = nullptr;

} // namespace

// Replaces libc's function for the library, too.
extern "C" int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*main)(void *),
                              void *argument)
{
    static const auto real =
        reinterpret_cast<decltype(&pthread_create)>(::dlsym(RTLD_NEXT, "pthread_create"));
    if (createdBefore < 0 || createdBefore-- > 0)
        return real(thread, attributes, main, argument);
    isCreating = true;
    isCreating.notify_all();
    mayFail.wait(false);
    return EAGAIN;
}

/// Code of the user that runs in the thread of run(), and futures of others that run() finishes.
/// Holds: R6.
class tst_RunThread : public RunTest
{
    Q_OBJECT

private Q_SLOTS:
    void stoppedInTheThread_data();
    void stoppedInTheThread();
    void doesNotThrottle();
    void waitsForAnotherFailedJob();
    void crashHandlers();
};

void tst_RunThread::stoppedInTheThread_data()
{
    QTest::addColumn<bool>("isCanceled");
    QTest::newRow("canceled") << true;
    QTest::newRow("stopWhen") << false;
}

// The message about one program comes in the thread that serves all of them. There the wish to stop
// another program once went unnoticed.
void tst_RunThread::stoppedInTheThread()
{
    QFETCH(const bool, isCanceled);
    QPromise<void> promise;
    promise.start();
    RunOptions options;
    options.stopWhen = promise.future();
    TestPipe begun;
    options.launchOptions.fileDescriptors = {{8, begun.writeEnd()}};
    auto stopped = run("write 1 8 sleep", options);
    QCOMPARE(begun.read(), "x"); // A stop before the exec would be another case.
    isHandled = false;
    reaction = [&] { isCanceled ? stopped.cancel() : promise.finish(); };
    const QThread *const here = QThread::currentThread();
    static const QThread *testThread = nullptr;
    testThread = here;
    usualHandler = qInstallMessageHandler([](auto type, const auto &context, const QString &message) {
        if (type != QtDebugMsg)
            usualHandler(type, context, message);
        else if (message.startsWith(u"start:") && QThread::currentThread() != testThread
                 && !isHandled.exchange(true))
            reaction();
    });
    QLoggingCategory::setFilterRules(u"forkfd.childprocess.debug=true"_s);
    const RunResult other = run("exit 3").result();
    stopped.waitForFinished();
    QLoggingCategory::setFilterRules({});
    qInstallMessageHandler(std::exchange(usualHandler, nullptr));
    if (!isCanceled)
        QCOMPARE(endOf(stopped.result()), "killed by SIGTERM");
    else
        promise.finish();
    QVERIFY(isHandled);
    QCOMPARE(endOf(other), "exited with code 3");
}

// The thread watches the future of stopWhen, and takes no events. Qt once told the producer to pause.
void tst_RunThread::doesNotThrottle()
{
    QFutureInterface<int> producer;
    producer.setThrottled(false);
    producer.reportStarted();
    RunOptions options;
    options.stopWhen = QFuture<void>(producer.future());
    auto future = run("sleep", options);
    QVERIFY(run("exit 0").result().exitInfo.reason == ForkFd::ExitInfo::Exited); // The watch has begun.
    for (int i = 0; i < 1000; ++i)
        producer.reportResult(i);
    QVERIFY(!producer.isThrottled());
    producer.reportFinished();
    future.waitForFinished();
}

// Two threads have called run(), and the thread that serves all programs cannot be created. The first
// caller fails all of them. So it runs a continuation of the second caller, which waits for the result
// of another program.
void tst_RunThread::waitsForAnotherFailedJob()
{
    if (isUnderThreadSanitizer)
        QSKIP(
            "ThreadSanitizer does not support new threads in a forked copy of a process with threads.");
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        std::atomic<bool> hasReturned = false;
        std::atomic<bool> hasContinued = false;
        QByteArray answer;
        std::thread caller([&hasReturned] {
            createdBefore = 1; // That of the start.
            run("exit 0");
            hasReturned = true;
        });
        isCreating.wait(false);
        auto first = run("exit 0");
        auto second = run("exit 0");
        first.then([&](const RunResult &) {
            answer = endOf(second.result());
            hasContinued = true;
        });
        mayFail = true;
        mayFail.notify_all();
        if (!eventually([&] { return hasReturned && hasContinued; }))
            _exit(1);
        caller.join();
        return answer;
    });
    QCOMPARE(result, text(ForkFd::StartError{"clone", EAGAIN}));
}

// The kernel ends a process if the signal of a fault is blocked in the thread that made it. raise(3)
// only leaves the signal pending.
void tst_RunThread::crashHandlers()
{
    constexpr std::array faults{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
    std::array<struct sigaction, faults.size()> previous;
    struct sigaction action = {};
    action.sa_handler = [](int) { faultCount.fetch_add(1); };
    for (std::size_t i = 0; i < faults.size(); ++i)
        ::sigaction(faults[i], &action, &previous[i]);
    const auto countHandled = [faults] {
        const int before = faultCount;
        for (const int fault : faults)
            ::raise(fault);
        return faultCount - before;
    };
    faultCount = 0;
    std::atomic<int> inOutput = 0;
    RunOptions options;
    options.onOutput = [&](ForkFd::ChildProcess::ProcessChannel, const QByteArray &) {
        inOutput = countHandled();
    };
    auto future = run("write 1 1 sleep", options);
    const int inContinuation =
        run("exit 0").then([&](const RunResult &) { return countHandled(); }).result();
    QTRY_COMPARE(inOutput.load(), 6);
    future.cancel();
    for (std::size_t i = 0; i < faults.size(); ++i)
        ::sigaction(faults[i], &previous[i], nullptr);
    QCOMPARE(inContinuation, 6);
}

QTEST_GUILESS_MAIN(tst_RunThread)
#include "tst_runthread.moc"
