// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "heldsystemcall.h"
#include "lifeline.h"
#include "runtest.h"
#include "testpipe.h"

#include <ForkFd/runqueue.h>

#include <QtCore/QDeadlineTimer>
#include <QtCore/QDir>
#include <QtCore/QPromise>
#include <QtCore/QTemporaryDir>

#include <algorithm>
#include <cerrno>
#include <future>
#include <memory>
#include <numeric>
#include <thread>

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

using ForkFd::RunOptions;
using ForkFd::RunQueue;
using ForkFd::RunResult;
using namespace std::chrono_literals;

/// RunQueue runs some programs at a time, each with what its caller had.
/// Holds: R8 (limit, order, canceledWhileItWaits), R9 (attributes, restrictedSince, surroundings).
class tst_RunQueue : public RunTest
{
    Q_OBJECT

private Q_SLOTS:
    void limit_data();
    void limit();
    void order();
    void raisedLimit();
    void loweredLimit();
    void failedStartsFreeTheirPlace();
    void invalidOptions();
    void canceledWhileItWaits();
    void canceledWhileItBegins_data();
    void canceledWhileItBegins();
    void cancelAll();
    void cancelAllStartsNothing();
    void destruction();
    void waitForDone();
    void waitInAContinuation();
    void blockingContinuation();
    void surroundings();
    void signalMask();
    void attributes_data();
    void attributes();
    void restrictedSince();
    void restrictedWithManyGroups();
    void directoryThatHangs();
    void manyWaiting();
    void fromManyThreads();
    void inForkedCopy();

private:
    /// Programs that hold a place until open() is called.
    class Gate
    {
    public:
        QFuture<RunResult> enter(RunQueue &queue)
        {
            RunOptions options;
            options.launchOptions.fileDescriptors = {{8, m_pipe.readEnd()}};
            return queue.run(childProgram(), words("eof 8"), options);
        }
        void open() { m_pipe.closeWriteEnd(); }

    private:
        TestPipe m_pipe;
    };

    static QFuture<RunResult> run(RunQueue &queue, const char *command, const RunOptions &options = {},
                                  int priority = 0)
    {
        return queue.run(childProgram(), words(command), options, priority);
    }
    static int deputyCount()
    {
        const QDir tasks(u"/proc/self/task"_s);
        const QStringList numbers = tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
        return static_cast<int>(
            std::count_if(numbers.begin(), numbers.end(), [&tasks](const QString &number) {
                QFile name(tasks.filePath(number + u"/comm"_s));
                return name.open(QFile::ReadOnly) && name.readAll() == "forkfd-deputy\n";
            }));
    }
    /// Runs `function` in a thread of its own, whose attributes it may change.
    template<typename Function>
    static void inThread(Function function)
    {
        std::thread(function).join();
    }
};

void tst_RunQueue::limit_data()
{
    QTest::addColumn<int>("limit");
    QTest::addColumn<int>("expected");
    for (const int limit : {1, 2, 5})
        QTest::addRow("%d", limit) << limit << limit;
    QTest::newRow("zero") << 0 << 1;
    QTest::newRow("negative") << -3 << 1;
}

void tst_RunQueue::limit()
{
    QFETCH(const int, limit);
    QFETCH(const int, expected);
    RunQueue queue(limit);
    QCOMPARE(queue.maxInFlight(), expected);
    Gate gate;
    QList<QFuture<RunResult>> futures;
    for (int i = 0; i < 8; ++i)
        futures += gate.enter(queue);
    QCOMPARE(queue.runningCount(), expected);
    QCOMPARE(queue.pendingCount(), 8 - expected);
    QVERIFY(!queue.waitForDone(0ms));
    gate.open();
    std::atomic<int> most = 0;
    for (const QFuture<RunResult> &future : std::as_const(futures)) {
        most = std::max(most.load(), queue.runningCount());
        QCOMPARE(endOf(future.result()), "exited with code 0");
    }
    QVERIFY(most <= expected);
    QVERIFY(queue.waitForDone());
    QCOMPARE(queue.runningCount(), 0);
    QCOMPARE(queue.pendingCount(), 0);
}

void tst_RunQueue::order()
{
    RunQueue queue(1);
    Gate gate;
    TestPipe pipe;
    RunOptions options;
    options.launchOptions.fileDescriptors = {{8, pipe.writeEnd()}};
    QFuture<RunResult> first = gate.enter(queue);
    const int priorities[] = {0, 0, 5, -1, 5, 0, INT_MAX, INT_MIN};
    for (int i = 0; i < 8; ++i)
        static_cast<void>(
            queue.run(u"sh"_s, {u"-c"_s, u"echo %1 >&8"_s.arg(i)}, options, priorities[i]));
    QCOMPARE(queue.pendingCount(), 8);
    gate.open();
    QVERIFY(queue.waitForDone());
    pipe.closeWriteEnd();
    QCOMPARE(pipe.readAll().replace('\n', ' '), "6 2 4 0 1 5 3 7 ");
}

void tst_RunQueue::raisedLimit()
{
    RunQueue queue(1);
    Gate gate;
    for (int i = 0; i < 5; ++i)
        static_cast<void>(gate.enter(queue));
    queue.setMaxInFlight(3);
    QCOMPARE(queue.maxInFlight(), 3);
    QTRY_COMPARE(queue.runningCount(), 3);
    QCOMPARE(queue.pendingCount(), 2);
    gate.open();
    QVERIFY(queue.waitForDone());
}

void tst_RunQueue::loweredLimit()
{
    RunQueue queue(3);
    Gate first;
    Gate second;
    static_cast<void>(first.enter(queue));
    static_cast<void>(second.enter(queue));
    static_cast<void>(second.enter(queue));
    QFuture<RunResult> last = run(queue, "exit 3");
    queue.setMaxInFlight(0);
    QCOMPARE(queue.maxInFlight(), 1);
    QCOMPARE(queue.runningCount(), 3); // They continue.
    first.open();
    QTRY_COMPARE(queue.runningCount(), 2);
    QCOMPARE(queue.pendingCount(), 1);
    second.open();
    QCOMPARE(endOf(last.result()), "exited with code 3");
}

void tst_RunQueue::failedStartsFreeTheirPlace()
{
    RunQueue queue(1);
    QList<QFuture<RunResult>> futures;
    for (int i = 0; i < 20; ++i)
        futures += queue.run(u"/no/such/program"_s);
    for (const QFuture<RunResult> &future : std::as_const(futures))
        QCOMPARE(endOf(future.result()), "exec: No such file or directory");
    QCOMPARE(endOf(run(queue, "exit 3").result()), "exited with code 3");
}

// They are told without a wait.
void tst_RunQueue::invalidOptions()
{
    RunQueue queue(1);
    Gate gate;
    static_cast<void>(gate.enter(queue));
    RunOptions options;
    options.launchOptions.fileDescriptors = {{8, 12345}};
    QCOMPARE(endOf(run(queue, "exit 0", options).result()), "fileDescriptors: Bad file descriptor");
    QCOMPARE(queue.pendingCount(), 0);
    gate.open();
    QVERIFY(queue.waitForDone());
}

void tst_RunQueue::canceledWhileItWaits()
{
    RunQueue queue(1);
    Gate gate;
    QFuture<RunResult> first = gate.enter(queue);
    QFuture<RunResult> canceled = run(queue, "exit 4");
    QFuture<RunResult> last = run(queue, "exit 3");
    canceled.cancel();
    canceled.waitForFinished();
    QCOMPARE(canceled.resultCount(), 0);
    QVERIFY(!first.isFinished());
    QCOMPARE(queue.pendingCount(), 1);
    QCOMPARE(queue.runningCount(), 1);
    gate.open();
    QCOMPARE(endOf(last.result()), "exited with code 3");
}

void tst_RunQueue::canceledWhileItBegins_data()
{
    QTest::addColumn<bool>("byStopWhen");
    QTest::newRow("canceled") << false;
    QTest::newRow("stopWhen") << true;
}

// It comes at every moment of a turn. If it were lost, the program would sleep on.
void tst_RunQueue::canceledWhileItBegins()
{
    QFETCH(const bool, byStopWhen);
    constexpr std::size_t queueCount = 8;
    const int rounds = isUnderThreadSanitizer ? 20 : 150;
    for (int round = 0; round < rounds; ++round) {
        std::vector<std::unique_ptr<RunQueue>> queues;
        std::vector<QFuture<RunResult>> firsts;
        std::vector<QFuture<RunResult>> seconds;
        std::vector<QPromise<void>> stops(queueCount);
        for (QPromise<void> &stop : stops) {
            stop.start();
            RunOptions options;
            options.stopWhen = stop.future();
            queues.push_back(std::make_unique<RunQueue>(1));
            firsts.push_back(run(*queues.back(), "exit 0"));
            seconds.push_back(run(*queues.back(), "sleep", options));
        }
        for (std::size_t i = 0; i < queueCount; ++i) {
            firsts[i].waitForFinished();
            const QDeadlineTimer moment(std::chrono::microseconds(round * 3));
            while (!moment.hasExpired()) { }
            if (byStopWhen)
                stops[i].finish();
            else
                seconds[i].cancel();
        }
        for (const QFuture<RunResult> &second : seconds)
            QVERIFY(eventually([&second] { return second.isFinished(); }));
    }
}

void tst_RunQueue::cancelAll()
{
    RunQueue queue(2);
    QList<QFuture<RunResult>> futures;
    for (int i = 0; i < 50; ++i)
        futures += run(queue, "sleep");
    queue.cancelAll();
    QVERIFY(queue.waitForDone());
    for (const QFuture<RunResult> &future : std::as_const(futures)) {
        QVERIFY(future.isFinished());
        QVERIFY(future.isCanceled());
    }
    QCOMPARE(endOf(run(queue, "exit 3").result()), "exited with code 3");
}

// Programs that end at once free their places while many others are still to be canceled.
void tst_RunQueue::cancelAllStartsNothing()
{
    for (int round = 0; round < 5; ++round) {
        const QTemporaryDir directory;
        RunQueue queue(4);
        for (int i = 0; i < 4; ++i)
            static_cast<void>(run(queue, "sleep"));
        for (int i = 0; i < 1000; ++i)
            static_cast<void>(queue.run(u"mkdir"_s, {directory.filePath(QString::number(i))}));
        queue.cancelAll();
        QVERIFY(queue.waitForDone());
        QCOMPARE(QDir(directory.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot),
                 QStringList());
    }
}

void tst_RunQueue::destruction()
{
    Lifeline lifeline;
    TestPipe ready;
    RunOptions options;
    options.launchOptions.fileDescriptors = {lifeline.asDescriptor(), {8, ready.writeEnd()}};
    QList<QFuture<RunResult>> futures;
    {
        RunQueue queue(1);
        for (int i = 0; i < 5; ++i)
            futures += run(queue, "ignore 15 write 1 8 leave 8 sleep", options);
        QCOMPARE(ready.read(), "x");
    }
    for (int i = 1; i < 5; ++i)
        futures[i].waitForFinished();
    QVERIFY(!futures[0].isFinished()); // It ignores SIGTERM, and its grace is 5 s.
    lifeline.letGo();
    lifeline.cut();
    futures[0].waitForFinished();
}

void tst_RunQueue::waitForDone()
{
    RunQueue queue(4);
    QVERIFY(queue.waitForDone(0ms));
    QList<QFuture<RunResult>> futures;
    for (int i = 0; i < 40; ++i)
        futures += run(queue, "exit 3");
    QVERIFY(queue.waitForDone(std::chrono::milliseconds::max()));
    for (const QFuture<RunResult> &future : std::as_const(futures)) {
        QVERIFY(future.isFinished());
        QCOMPARE(endOf(future.result()), "exited with code 3");
    }
    Gate gate;
    static_cast<void>(gate.enter(queue));
    QVERIFY(!queue.waitForDone(20ms));
    gate.open();
    QVERIFY(queue.waitForDone(-5ms));
}

void tst_RunQueue::waitInAContinuation()
{
    RunQueue queue(1);
    static_cast<void>(run(queue, "burn 5"));
    const auto wait = [&queue](const RunResult &) { return queue.waitForDone(); };
    QVERIFY(run(queue, "burn 5").then(wait).result());
}

// The place of a program is free when the program has ended, whatever its continuation does.
void tst_RunQueue::blockingContinuation()
{
    RunQueue queue(1);
    const auto next = [&queue](const RunResult &) {
        return run(queue, "exit 3").result().exitInfo.code;
    };
    QCOMPARE(run(queue, "burn 5").then(next).result(), 3);
}

void tst_RunQueue::surroundings()
{
    const QTemporaryDir directory;
    const QString before = QDir::currentPath();
    const QString wanted = QDir(directory.path()).canonicalPath();
    RunQueue queue(1);
    Gate gate;
    static_cast<void>(gate.enter(queue));
    QVERIFY(QDir::setCurrent(wanted));
    qputenv("FORKFD_TEST_INHERITED", "then");
    TestPipe pipe;
    RunOptions options;
    options.launchOptions.fileDescriptors = {{8, pipe.writeEnd()}};
    QFuture<RunResult> same = run(queue, "cwd env FORKFD_TEST_INHERITED write 1 8", options);
    QFuture<RunResult> future = run(queue, "cwd env FORKFD_TEST_INHERITED write 1 8", options);
    pipe.closeWriteEnd();
    QVERIFY(QDir::setCurrent(before));
    qputenv("FORKFD_TEST_INHERITED", "now");
    const QFuture<RunResult> later = run(queue, "env FORKFD_TEST_INHERITED");
    qputenv("FORKFD_TEST_INHERITED", "at last");
    gate.open();
    const QByteArray expected = QFile::encodeName(wanted) + "\nthen\n";
    QCOMPARE(same.result().standardOutput, expected);
    QCOMPARE(future.result().standardOutput, expected);
    QCOMPARE(later.result().standardOutput, "now\n");
    QCOMPARE(pipe.readAll(), "xx");
    qunsetenv("FORKFD_TEST_INHERITED");
}

void tst_RunQueue::signalMask()
{
    RunQueue queue(1);
    Gate gate;
    static_cast<void>(gate.enter(queue));
    sigset_t set;
    sigset_t previous;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, &previous);
    const QFuture<RunResult> direct = RunTest::run("signals");
    const QFuture<RunResult> waiting = run(queue, "signals");
    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    gate.open();
    QCOMPARE(waiting.result().standardOutput, direct.result().standardOutput);
}

void tst_RunQueue::attributes_data()
{
    QTest::addColumn<bool>("isChanged");
    QTest::newRow("the same") << false;
    QTest::newRow("changed in between") << true;
}

// Each thread has its own nice value, on Linux. Programs of one thread share its deputy, unless the
// thread has changed in between.
void tst_RunQueue::attributes()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library does not look at the attributes of threads that only Linux has.");
    QFETCH(const bool, isChanged);
    RunQueue queue(1);
    Gate gate;
    QFuture<RunResult> first = gate.enter(queue);
    const int own = getpriority(PRIO_PROCESS, 0);
    const int other = std::min(own + 3, 19);
    QFuture<RunResult> before;
    QFuture<RunResult> after;
    inThread([&] {
        before = run(queue, "nice");
        if (isChanged)
            setpriority(PRIO_PROCESS, 0, other); // Of this thread, in Linux.
        after = run(queue, "nice");
    });
    QFuture<RunResult> here = run(queue, "nice");
    QTRY_COMPARE(deputyCount(), isChanged ? 3 : 2);
    gate.open();
    QCOMPARE(before.result().standardOutput.trimmed().toInt(), own);
    QCOMPARE(after.result().standardOutput.trimmed().toInt(), isChanged ? other : own);
    QCOMPARE(here.result().standardOutput.trimmed().toInt(), own);
    QTRY_COMPARE(deputyCount(), 0);
}

// A program must not get more than its caller had.
void tst_RunQueue::restrictedSince()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library does not look at the attributes of threads that only Linux has.");
    RunQueue queue(1);
    Gate gate;
    static_cast<void>(gate.enter(queue));
    QFuture<RunResult> before;
    QFuture<RunResult> after;
    inThread([&] {
        const QStringList show = {u"NoNewPrivs"_s, u"/proc/self/status"_s};
        before = queue.run(u"grep"_s, show);
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        after = queue.run(u"grep"_s, show);
    });
    gate.open();
    QCOMPARE(before.result().standardOutput, "NoNewPrivs:\t0\n");
    QCOMPARE(after.result().standardOutput, "NoNewPrivs:\t1\n");
}

// The groups make the status of a thread longer than a page.
void tst_RunQueue::restrictedWithManyGroups()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library does not look at the attributes of threads that only Linux has.");
    RunQueue queue(1);
    Gate gate;
    static_cast<void>(gate.enter(queue));
    QFuture<RunResult> before;
    QFuture<RunResult> after;
    bool hasGroups = false;
    inThread([&] {
        std::vector<gid_t> groups(1000);
        std::iota(groups.begin(), groups.end(), 2000000000);
        hasGroups = syscall(SYS_setgroups, groups.size(), groups.data()) == 0; // Of this thread.
        const QStringList show = {u"NoNewPrivs"_s, u"/proc/self/status"_s};
        before = queue.run(u"grep"_s, show);
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        after = queue.run(u"grep"_s, show);
    });
    gate.open();
    QVERIFY(queue.waitForDone());
    if (!hasGroups)
        QSKIP("Only a privileged process can have so many groups.");
    QCOMPARE(before.result().standardOutput, "NoNewPrivs:\t0\n");
    QCOMPARE(after.result().standardOutput, "NoNewPrivs:\t1\n");
}

// The directory of one caller is on a file system that does not answer. Others do not wait for it.
void tst_RunQueue::directoryThatHangs()
{
    if (!HeldSystemCall(statCall).isPossible())
        QSKIP("Needs seccomp(2) with a listener");
    RunQueue queue(1);
    Gate gate;
    const QFuture<RunResult> first = gate.enter(queue);
    HeldSystemCall directory(statCall);
    std::atomic<bool> hasFilter = false;
    std::thread caller([&] {
        directory.call([&] {
            hasFilter = true;
            hasFilter.notify_one();
            static_cast<void>(run(queue, "exit 0"));
            static_cast<void>(run(queue, "exit 0"));
            return 0;
        });
    });
    hasFilter.wait(false);
    const bool isHeld = directory.await();
    gate.open();
    auto count = std::async(std::launch::async, [&queue] { return queue.pendingCount(); });
    const bool isFree = count.wait_for(20s) == std::future_status::ready;
    directory.letGo();
    caller.join();
    QVERIFY(queue.waitForDone());
    if (!isHeld)
        QSKIP("The C library calls another function of the kernel.");
    QVERIFY(isFree);
}

// They cost neither threads nor descriptors.
void tst_RunQueue::manyWaiting()
{
    const int count = isUnderThreadSanitizer ? 1000 : 10000;
    RunQueue queue(1);
    Gate gate;
    QFuture<RunResult> first = gate.enter(queue);
    QList<QFuture<RunResult>> futures;
    for (int i = 0; i < count; ++i)
        futures += run(queue, "exit 0");
    QCOMPARE(queue.pendingCount(), count);
    QVERIFY(eventually([] { return deputyCount() == 1; }));
    QVERIFY(ProcessState::now().descriptors.size() < 60);
    queue.cancelAll();
    for (QFuture<RunResult> &future : futures)
        future.waitForFinished();
    first.waitForFinished();
    QVERIFY(queue.waitForDone());
}

void tst_RunQueue::fromManyThreads()
{
    RunQueue queue(3);
    std::atomic<int> count = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            QList<QFuture<RunResult>> futures;
            for (int code = 0; code < 20; ++code)
                futures += run(queue, QByteArray("exit " + QByteArray::number(code)).constData());
            for (int code = 0; code < 20; ++code)
                count += futures[code].result().exitInfo.code == code;
        });
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(count.load(), 8 * 20);
    QVERIFY(queue.waitForDone());
}

// The copy's queue is empty, and its programs are its own.
void tst_RunQueue::inForkedCopy()
{
    if (isCopyUnableToAllocate)
        QSKIP("Before Clang 18 the address sanitizer's allocator may be locked for ever in a copy.");
    RunQueue queue(1);
    Gate gate;
    QFuture<RunResult> first = gate.enter(queue);
    QFuture<RunResult> waiting = run(queue, "exit 3");
    const QByteArray result = ::inForkedCopy([&queue] {
        if (queue.pendingCount() != 0 || queue.runningCount() != 0 || queue.maxInFlight() != 1)
            return QByteArray("not empty");
        queue.cancelAll();
        static_cast<void>(run(queue, "burn 5"));
        const QByteArray end = endOf(run(queue, "exit 4").result());
        queue.~RunQueue();
        new (&queue) RunQueue;
        return end;
    });
    QCOMPARE(result, "exited with code 4");
    QVERIFY(!first.isFinished());
    gate.open();
    QCOMPARE(endOf(waiting.result()), "exited with code 3");
}

QTEST_GUILESS_MAIN(tst_RunQueue)
#include "tst_runqueue.moc"
