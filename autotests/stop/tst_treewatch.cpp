// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "delegatedcgroup.h"
#include "interposedopen.h"
#include "systemcallfilter.h"
#include "treeendtest.h"

#include <QtCore/QThread>

#include <atomic>
#include <csignal>
#include <cstring>
#include <memory>

using namespace std::chrono_literals;

namespace {

std::atomic<int> lookCount = 0;

} // namespace

/// The watch of a tree and its surroundings: other users, threads, the object's end, a forked copy, a
/// filter; and what the watch costs.
/// Holds: R13.
class tst_TreeWatch : public TreeEndTest
{
    Q_OBJECT

private Q_SLOTS:
    void otherUser();
    void ordinaryUser_data();
    void ordinaryUser();
    void moves_data() { TestCgroups::addTrees(); }
    void moves();
    void destroyed_data();
    void destroyed();
    void forkedCopy();
    void nothingIsWatched_data() { addScopesAndTrees(); }
    void nothingIsWatched();
    void nothingIsLookedAt_data() { TestCgroups::addTrees(); }
    void nothingIsLookedAt();
    void filteredThread();
};

// The leftover is another user's: it can be seen, and awaited, but not be signalled.
void tst_TreeWatch::otherUser()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(knowsNoNumbers);
    if (getuid() != 0)
        QSKIP("Only root can start a process of another user.");
    for (const bool hasCgroup : {true, false}) {
        if (hasCgroup && !TestCgroups::canBeMade())
            continue;
        const TestCgroups::Refusal refusal(!hasCgroup);
        Lifeline lifeline;
        const QByteArray result = inForkedCopy([&]() -> QByteArray {
            Process process;
            process.setSignalScope(Scope::Tree);
            process.setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor()}});
            process.start(u"sh"_s, {u"-c"_s, u"sleep 1000 & echo ready; read line"_s});
            lifeline.letGo();
            if (!process.waitForReadyRead() || process.remainingProcessIds().size() != 2)
                return "not two processes";
            if (setresuid(nobody, nobody, 0) != 0)
                return "no other user";
            process.waitForTreeEnded(0ms);
            process.closeWriteChannel();
            process.waitForFinished();
            const qsizetype left = process.remainingProcessIds().size();
            const bool isOver = process.waitForTreeEnded(0ms);
            const bool isSignalled = !hasCgroup && process.sendSignal(SIGTERM);
            if (setresuid(0, 0, 0) != 0)
                return "no root";
            if (process.sendSignal(SIGKILL))
                process.waitForTreeEnded(-1ms);
            return "left " + QByteArray::number(left) + (isOver ? " over" : "")
                + (isSignalled ? " signalled" : "");
        });
        lifeline.letGo();
        lifeline.cut();
        QCOMPARE(result, "left 1");
    }
}

void tst_TreeWatch::ordinaryUser_data()
{
    QTest::addColumn<bool>("isDelegated");
    QTest::addColumn<QByteArray>("result");
    QTest::newRow("delegated cgroup") << true << QByteArray("2 left, not over, over");
    QTest::newRow("no cgroup") << false << QByteArray("1 left, not over, over");
}

// Only a cgroup knows the daemon.
void tst_TreeWatch::ordinaryUser()
{
    QFETCH(const bool, isDelegated);
    if (getuid() != 0 || !TestCgroups::canBeMade())
        QSKIP("Only root can delegate a cgroup.");
    if (!isChildOpenToAll())
        QSKIP("Other users cannot start the helper program.");
    const TestControlGroup group;
    QVERIFY(!isDelegated || delegate(group.path()));
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        if (!enterCgroup(group.path()))
            return "cannot enter the cgroup";
        becomeOrdinaryUser();
        Process process;
        process.setSignalScope(Scope::Tree);
        startAndAwait(process, lifeline, "branch daemon branch same session echo exit 0");
        bool isOver = process.waitForTreeEnded(0ms);
        process.closeWriteChannel();
        process.waitForFinished();
        QByteArray seen = QByteArray::number(process.remainingProcessIds().size()) + " left, ";
        isOver = process.waitForTreeEnded(0ms) || isOver;
        seen += isOver ? "over, " : "not over, ";
        for (const qint64 id : process.remainingProcessIds())
            kill(static_cast<pid_t>(id), SIGKILL);
        seen += process.waitForTreeEnded(-1ms) ? "over" : "not over";
        return seen;
    });
    lifeline.letGo();
    lifeline.cut();
    QTEST(result, "result");
}

// The object moves to another thread while it waits for the end of the tree.
void tst_TreeWatch::moves()
{
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    QThread thread;
    const auto process = std::make_unique<Process>();
    process->setSignalScope(Scope::Tree);
    QThread *const here = QThread::currentThread();
    std::atomic<QThread *> where = nullptr;
    connect(process.get(), &Process::treeEnded, process.get(), [&] {
        process->moveToThread(here);
        thread.quit();
        where = QThread::currentThread(); // Last: the other thread may destroy this function after that.
    });
    startAndAwait(*process, lifeline, "branch same session exit 0");
    QVERIFY(ends(*process));
    QVERIFY(!where.load());
    process->moveToThread(&thread);
    thread.start();
    lifeline.cut();
    QVERIFY(thread.wait(60000));
    QCOMPARE(where.load(), &thread);
}

void tst_TreeWatch::destroyed_data()
{
    QTest::addColumn<bool>("hasCgroup");
    QTest::addColumn<Process::DestructionPolicy>("policy");
    for (const bool hasCgroup : {true, false}) {
        if (hasCgroup && !TestCgroups::canBeMade())
            continue;
        const char *const name = hasCgroup ? "cgroup" : "walk";
        QTest::addRow("%s: Kill", name) << hasCgroup << Process::DestructionPolicy::Kill;
        QTest::addRow("%s: Stop", name) << hasCgroup << Process::DestructionPolicy::Stop;
        QTest::addRow("%s: LeaveRunning", name) << hasCgroup << Process::DestructionPolicy::LeaveRunning;
    }
}

// The destructor emits nothing, keeps nothing open and, after the end of the child, ends nothing.
void tst_TreeWatch::destroyed()
{
    QFETCH(const bool, hasCgroup);
    QFETCH(const Process::DestructionPolicy, policy);
    const TestCgroups::Refusal refusal(!hasCgroup);
    for (const char *end : {"sleep", "exit 0"}) {
        Lifeline lifeline;
        int count = 0;
        {
            Process process;
            process.setSignalScope(Scope::Tree);
            process.setDestructionPolicy(policy);
            connect(&process, &Process::treeEnded, this, [&count] { ++count; });
            startAndAwait(process, lifeline, qPrintable(u"branch same session "_s + QLatin1String(end)));
            if (*end == 'e')
                QVERIFY(ends(process));
        }
        if (*end == 'e')
            QVERIFY(!lifeline.isCut());
        lifeline.cut();
        QCOMPARE(count, 0);
    }
}

void tst_TreeWatch::forkedCopy()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(knowsNoNumbers);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    startAndAwait(process, lifeline, "branch same session exit 0");
    QVERIFY(ends(process));
    const QByteArray seen = inForkedCopy([&]() -> QByteArray {
        const bool isOver = process.waitForTreeEnded(-1ms);
        return (isOver ? "over " : "not over ")
            + QByteArray::number(process.remainingProcessIds().size());
    });
    QCOMPARE(treeEnded.size(), 0);
    QCOMPARE(process.remainingProcessIds().size(), 1);
    lifeline.cut();
    QVERIFY(comes(treeEnded));
    QCOMPARE(seen, "not over 0");
}

// Without a connection no descriptor is open that was not before.
void tst_TreeWatch::nothingIsWatched()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    startAndAwait(process, lifeline, "branch session session sleep");
    const qsizetype before = ProcessState::now().descriptors.size();
    const auto connection = connect(&process, &Process::treeEnded, this, [] {});
    const qsizetype after = ProcessState::now().descriptors.size();
    process.kill();
    lifeline.cut();
    disconnect(connection);
    QVERIFY(process.waitForFinished());
    qsizetype expected = 0;
    if (scope == Scope::Tree && hasCgroup)
        expected = 1; // cgroup.events
    else if (scope == Scope::Tree && canHoldMembers())
        expected = 2; // A set, and the grandchild's pidfd.
    QCOMPARE(after - before, expected);
}

// The last process lives on. The library does nothing until it ends.
void tst_TreeWatch::nothingIsLookedAt()
{
    QFETCH(const bool, hasCgroup);
    if (!hasCgroup && !canHoldMembers())
        QSKIP("Without pidfds nothing tells the end of such a process.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    QSignalSpy ended(&process, &Process::ended);
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    startAndAwait(process, lifeline, "branch session session exit 0");
    QVERIFY(comes(ended));
    beforeOpen = [](const char *path) {
        const bool isOfProcess =
            std::strncmp(path, "/proc/", 6) == 0 && path[6] >= '0' && path[6] <= '9';
        lookCount += isOfProcess ? 1 : 0;
        return path;
    };
    // It takes longer than the 20 ms after which a process without a pidfd is looked at.
    Process other;
    QSignalSpy otherEnded(&other, &Process::ended);
    other.start(childProgram(), words("burn 60"));
    QVERIFY(comes(otherEnded));
    beforeOpen = nullptr;
    const int looks = lookCount.exchange(0);
    lifeline.cut();
    QVERIFY(comes(treeEnded));
    QCOMPARE(looks, 0);
}

// FORKFD_BACKEND=sigchld is for sandboxes that kill for calls of pidfds. The filter comes when the
// watch already has pidfds.
void tst_TreeWatch::filteredThread()
{
    if (FORKFD_TEST_PORTABLE || ForkFd::backend() == ForkFd::Backend::PidFd)
        QSKIP("The backend uses pidfds, or there are none.");
    const auto killing = [](long call) {
        return Refusal{.number = call, .errorCode = 0, .action = SECCOMP_RET_KILL_PROCESS};
    };
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestCgroups::Refusal refusal(true);
        Process process;
        process.setSignalScope(Scope::Tree);
        startAndAwait(process, lifeline, "branch session session echo exit 0");
        process.waitForTreeEnded(0ms);
        process.closeWriteChannel();
        if (!process.waitForFinished() || process.waitForTreeEnded(0ms))
            return "nothing is left";
        if (!refuse({killing(SYS_pidfd_open), killing(SYS_pidfd_send_signal)}))
            return "no filter";
        const QList<qint64> ids = process.remainingProcessIds();
        const bool isReached = process.sendSignal(SIGKILL);
        for (const qint64 id : ids)
            kill(static_cast<pid_t>(id), SIGKILL);
        const bool isOver = process.waitForTreeEnded(-1ms);
        return QByteArray::number(ids.size()) + (isReached ? " reached" : " left")
            + (isOver ? ", over" : ", not over");
    });
    lifeline.letGo();
    lifeline.cut();
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, "1 left, over");
}

QTEST_GUILESS_MAIN(tst_TreeWatch)
#include "tst_treewatch.moc"
