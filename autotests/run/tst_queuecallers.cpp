// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "heldsystemcall.h"
#include "queuetest.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>

#include <algorithm>
#include <future>
#include <numeric>
#include <thread>

#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace std::chrono_literals;

/// A program that waits in a RunQueue gets what its caller had.
/// Holds: R9 (attributes, restrictedSince, surroundings).
class tst_QueueCallers : public QueueTest
{
    Q_OBJECT

private Q_SLOTS:
    void surroundings();
    void undecodableVariable();
    void signalMask();
    void attributes_data();
    void attributes();
    void restrictedSince();
    void restrictedForAWhile();
    void restrictedWithManyGroups();
    void directoryThatHangs();

private:
    /// Runs `function` in a new thread. It may change the attributes of that thread.
    template<typename Function>
    static void inThread(Function function)
    {
        std::thread(function).join();
    }
};

void tst_QueueCallers::surroundings()
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

// QString cannot hold its bytes, which were once looked up when it was the program's turn.
void tst_QueueCallers::undecodableVariable()
{
    RunQueue queue(1);
    Gate gate;
    static_cast<void>(gate.enter(queue));
    qputenv("FORKFD_TEST_BYTES", "\xff\xfe");
    RunOptions options;
    options.environment = QProcessEnvironment::systemEnvironment();
    const QFuture<RunResult> future = run(queue, "env FORKFD_TEST_BYTES", options);
    qunsetenv("FORKFD_TEST_BYTES");
    gate.open();
    QCOMPARE(future.result().standardOutput, "\xff\xfe\n");
}

void tst_QueueCallers::signalMask()
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

void tst_QueueCallers::attributes_data()
{
    QTest::addColumn<bool>("isChanged");
    QTest::newRow("the same") << false;
    QTest::newRow("changed in between") << true;
}

// Each thread has its own nice value, on Linux. Programs of one thread share its deputy, unless the
// thread has changed in between.
void tst_QueueCallers::attributes()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library does not look at the attributes of threads that only Linux has.");
    QFETCH(const bool, isChanged);
    if (isChanged && getpriority(PRIO_PROCESS, 0) == 19)
        QSKIP("This process has the highest nice value already.");
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
void tst_QueueCallers::restrictedSince()
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

// The thread takes back what it had given up, and the first program still waits.
void tst_QueueCallers::restrictedForAWhile()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library does not look at the attributes of threads that only Linux has.");
    RunQueue queue(1);
    Gate gate;
    static_cast<void>(gate.enter(queue));
    QFuture<RunResult> before;
    QFuture<RunResult> after;
    bool isRestricted = false;
    inThread([&] {
        const QStringList show = {u"CapEff"_s, u"/proc/self/status"_s};
        isRestricted = prctl(PR_SET_SECUREBITS, SECBIT_NOROOT) == 0;
        before = queue.run(u"grep"_s, show);
        prctl(PR_SET_SECUREBITS, 0);
        after = queue.run(u"grep"_s, show);
    });
    gate.open();
    if (!isRestricted || geteuid() != 0)
        QSKIP("Only root has rights that this gives up.");
    QCOMPARE(before.result().standardOutput, "CapEff:\t0000000000000000\n");
    QVERIFY(after.result().standardOutput != before.result().standardOutput);
}

// The groups make the status of a thread longer than a page.
void tst_QueueCallers::restrictedWithManyGroups()
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
void tst_QueueCallers::directoryThatHangs()
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

QTEST_GUILESS_MAIN(tst_QueueCallers)
#include "tst_queuecallers.moc"
