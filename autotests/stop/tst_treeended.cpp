// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"
#include "systemcallfilter.h"
#include "testcontrolgroup.h"
#include "testwalk.h"

#include <QtCore/QThread>

#include <atomic>
#include <csignal>
#include <cstdarg>
#include <cstring>
#include <memory>
#include <thread>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/wait.h>

using namespace std::chrono_literals;

namespace {

using Scope = Process::SignalScope;

constexpr char seesOnlyTheChild[] = "In the portable library the end of a tree is that of the child.";

/// How often a process was looked at through /proc.
std::atomic<int> procCount = 0;

/// The names of the last signals of an end, in their order.
class Ends
{
public:
    explicit Ends(Process &process)
    {
        QObject::connect(&process, &Process::finished, &process, [this] { m_names += "finished "; });
        QObject::connect(&process, &Process::ended, &process, [this] { m_names += "ended "; });
        QObject::connect(&process, &Process::treeEnded, &process, [this] { m_names += "treeEnded "; });
    }
    const QByteArray &names() const { return m_names; }

private:
    QByteArray m_names;
};

} // namespace

// Replaces libc's function for the library, too.
extern "C" int open(const char *path, int flags, ...)
{
    static const auto real = reinterpret_cast<int (*)(const char *, int, ...)>(dlsym(RTLD_NEXT, "open"));
    va_list list;
    va_start(list, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    procCount += std::strncmp(path, "/proc/", 6) == 0 && path[6] >= '0' && path[6] <= '9' ? 1 : 0;
    return real(path, flags, mode);
}

/// treeEnded(), waitForTreeEnded() and remainingProcessIds().
/// Holds: R13.
class tst_TreeEnded : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void childAlone_data() { addScopesAndTrees(); }
    void childAlone();
    void childAloneInAWait_data() { addScopesAndTrees(); }
    void childAloneInAWait();
    void failedStart();
    void leftover_data();
    void leftover();
    void leftoverInAWait_data() { leftover_data(); }
    void leftoverInAWait();
    void askedLate_data();
    void askedLate();
    void notTwice();
    void newMember_data() { addTrees(); }
    void newMember();
    void killed_data() { addTrees(); }
    void killed();
    void remaining_data() { addTrees(); }
    void remaining();
    void walkSeesTheEnd_data() { addTrees(); }
    void walkSeesTheEnd();
    void manyMembers_data() { addTrees(); }
    void manyMembers();
    void forkBomb_data() { addTrees(); }
    void forkBomb();
    void otherUser();
    void ordinaryUser_data();
    void ordinaryUser();
    void restart_data() { addTrees(); }
    void restart();
    void moves_data() { addTrees(); }
    void moves();
    void destroyed_data();
    void destroyed();
    void inSlots();
    void restartInSlot();
    void forkedCopy();
    void nothingIsWatched_data() { addScopesAndTrees(); }
    void nothingIsWatched();
    void nothingIsLookedAt_data() { addTrees(); }
    void nothingIsLookedAt();
    void filteredThread();

private:
    static void addTrees()
    {
        QTest::addColumn<bool>("hasCgroup");
        if (TestCgroups::canBeMade())
            QTest::newRow("cgroup") << true;
        QTest::newRow("walk") << false;
    }
};

void tst_TreeEnded::childAlone()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Process process;
    process.setSignalScope(scope);
    const Ends ends(process);
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    for (int i = 1; i <= 2; ++i) {
        process.start(childProgram(), words("exit 3"));
        QVERIFY(comes(treeEnded, i));
    }
    QCOMPARE(ends.names(), "finished ended treeEnded finished ended treeEnded ");
    QVERIFY(process.waitForTreeEnded(0ms));
}

void tst_TreeEnded::childAloneInAWait()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Process process;
    process.setSignalScope(scope);
    const Ends ends(process);
    process.start(childProgram(), words("echo exit 3"));
    QVERIFY(!process.waitForTreeEnded(1ms));
    QCOMPARE(ends.names(), "");
    process.closeWriteChannel();
    QVERIFY(process.waitForTreeEnded(-1ms));
    QCOMPARE(ends.names(), "finished ended treeEnded ");
    QCOMPARE(process.exitCode(), 3);
}

void tst_TreeEnded::failedStart()
{
    Process process;
    const Ends ends(process);
    QVERIFY(!process.waitForTreeEnded(-1ms));
    process.start(u"/no/such/program"_s);
    QVERIFY(!process.waitForTreeEnded(-1ms));
    QCOMPARE(ends.names(), "ended ");
    QCOMPARE(process.remainingProcessIds(), QList<qint64>());
}

void tst_TreeEnded::leftover_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<bool>("hasCgroup");
    QTest::addColumn<QString>("branch");
    QTest::addColumn<bool>("isAwaited");
    const auto rows = [](const char *scopeName, Scope scope, bool hasCgroup,
                         const QStringList &awaited) {
        for (const QString &branch : {u"same"_s, u"group"_s, u"session"_s, u"daemon"_s})
            QTest::addRow("%s: %s", scopeName, qPrintable(branch))
                << scope << hasCgroup << branch << awaited.contains(branch);
    };
    rows("process", Scope::Process, true, {});
    rows("group", Scope::Group, true, {u"same"_s});
    if (TestCgroups::canBeMade())
        rows("tree, cgroup", Scope::Tree, true, {u"same"_s, u"group"_s, u"session"_s, u"daemon"_s});
    rows("tree, walk", Scope::Tree, false, {u"same"_s, u"group"_s, u"session"_s});
}

// The signal is connected while the child lives, so that a walk finds what leaves its group.
void tst_TreeEnded::leftover()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(seesOnlyTheChild);
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    QFETCH(const QString, branch);
    QFETCH(const bool, isAwaited);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    startAndAwait(process, lifeline, qPrintable(u"branch "_s + branch + u" session echo exit 0"_s));
    const Ends ends(process);
    QSignalSpy ended(&process, &Process::ended);
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    process.closeWriteChannel();
    QVERIFY(comes(ended));
    const bool isLeft = treeEnded.isEmpty();
    QVERIFY(!lifeline.isCut());
    QCOMPARE(process.remainingProcessIds().size(), isAwaited ? 1 : 0);
    lifeline.cut();
    QVERIFY(comes(treeEnded));
    QCOMPARE(isLeft, isAwaited);
    QCOMPARE(ends.names(), "finished ended treeEnded ");
    QCOMPARE(process.remainingProcessIds(), QList<qint64>());
}

void tst_TreeEnded::leftoverInAWait()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(seesOnlyTheChild);
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    QFETCH(const QString, branch);
    QFETCH(const bool, isAwaited);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    startAndAwait(process, lifeline, qPrintable(u"branch "_s + branch + u" session echo exit 0"_s));
    QVERIFY(!process.waitForTreeEnded(0ms));
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    const Ends ends(process);
    const bool isOver = process.waitForTreeEnded(0ms);
    QVERIFY(!lifeline.isCut());
    std::thread cutter([&] { lifeline.cut(); });
    const bool hasEnded = process.waitForTreeEnded(-1ms);
    cutter.join();
    QCOMPARE(isOver, !isAwaited);
    QVERIFY(hasEnded);
    QCOMPARE(ends.names(), isAwaited ? "treeEnded " : "");
}

void tst_TreeEnded::askedLate_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<bool>("hasCgroup");
    QTest::addColumn<bool>("isAwaited");
    QTest::newRow("process") << Scope::Process << true << false;
    QTest::newRow("group") << Scope::Group << true << reachesGroupWithoutLeader();
    if (TestCgroups::canBeMade())
        QTest::newRow("tree, cgroup") << Scope::Tree << true << true;
    QTest::newRow("tree, walk") << Scope::Tree << false << reachesGroupWithoutLeader();
}

// Before the signal is connected, nothing is known but what the scope still reaches.
void tst_TreeEnded::askedLate()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(seesOnlyTheChild);
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    QFETCH(const bool, isAwaited);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    startAndAwait(process, lifeline, "branch same session exit 0");
    QVERIFY(ends(process));
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    const bool isOver = process.waitForTreeEnded(0ms);
    const qsizetype left = process.remainingProcessIds().size();
    lifeline.cut();
    QVERIFY(comes(treeEnded));
    QCOMPARE(isOver, !isAwaited);
    QCOMPARE(left, isAwaited ? 1 : 0);
}

void tst_TreeEnded::notTwice()
{
    Process process;
    process.start(childProgram(), words("exit 0"));
    QVERIFY(process.waitForTreeEnded(-1ms));
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    QVERIFY(process.waitForTreeEnded(-1ms));
    QSignalSpy ended(&process, &Process::ended);
    process.start(u"/no/such/program"_s);
    QVERIFY(comes(ended));
    QCOMPARE(treeEnded.size(), 0);
}

// The leftover, in a session of its own, starts a process and exits after the walks have seen it. Only
// its session leads to the new one.
void tst_TreeEnded::newMember()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(seesOnlyTheChild);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    TestPipe go;
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    process.setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor(), {8, go.readEnd()}}});
    process.start(
        u"sh"_s,
        {u"-c"_s, u"setsid sh -c 'echo ready; read line <&8; sleep 1000 & exit' & read line"_s});
    lifeline.letGo();
    go.closeReadEnd();
    QVERIFY(process.waitForReadyRead());
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    const QList<qint64> before = process.remainingProcessIds();
    go.write("\n");
    QTRY_VERIFY(process.remainingProcessIds() != before);
    QTRY_COMPARE(process.remainingProcessIds().size(), 1);
    const bool isLeft = treeEnded.isEmpty();
    const bool isReached = hasCgroup || canHoldMembers();
    QCOMPARE(process.sendSignal(0), isReached);
    QCOMPARE(process.sendSignal(SIGKILL), isReached);
    if (!isReached)
        lifeline.cut();
    QVERIFY(comes(treeEnded));
    QVERIFY(lifeline.comesToBeCut());
    QVERIFY(isLeft);
    QCOMPARE(before.size(), 1);
}

// A child in each kind of place, and one below; all get the signal.
void tst_TreeEnded::killed()
{
    QFETCH(const bool, hasCgroup);
    if (!hasCgroup && !canHoldMembers())
        QSKIP("There is no walk without pidfds.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    process.setStopGrace(50ms);
    const Ends ends(process);
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    startAndAwait(process, lifeline, "ignore 15 branch same branch group branch session session sleep");
    process.stop();
    QVERIFY(comes(treeEnded));
    QVERIFY(lifeline.isCut());
    QCOMPARE(ends.names(), "finished ended treeEnded ");
}

void tst_TreeEnded::remaining()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(seesOnlyTheChild);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    startAndAwait(process, lifeline, "fork branch session session sleep");
    const qint64 forked = process.readAllStandardOutput().split('\n').first().toLongLong();
    const QList<qint64> ids = process.remainingProcessIds();
    lifeline.cut();
    QVERIFY(process.waitForTreeEnded(-1ms));
    QCOMPARE(ids.size(), 3);
    QVERIFY(ids.contains(forked));
    QVERIFY(ids.contains(ids.first()));
    QCOMPARE(process.remainingProcessIds(), QList<qint64>());

    process.setSignalScope(Scope::Process);
    process.setLaunchOptions({});
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForStarted());
    QCOMPARE(process.remainingProcessIds(), QList<qint64>{process.processId()});
    process.kill();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.remainingProcessIds(), QList<qint64>());
}

// The walk of another function finds that the last process has gone, before the event loop does.
void tst_TreeEnded::walkSeesTheEnd()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(seesOnlyTheChild);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    for (int i = 0; i < 3; ++i) {
        Lifeline lifeline;
        Process process;
        process.setSignalScope(Scope::Tree);
        QSignalSpy ended(&process, &Process::ended);
        QSignalSpy treeEnded(&process, &Process::treeEnded);
        startAndAwait(process, lifeline, "branch same session exit 0");
        QVERIFY(comes(ended));
        lifeline.cut();
        while (i == 0 && !process.remainingProcessIds().isEmpty()) { }
        while (i == 1 && process.sendSignal(SIGTERM)) { }
        if (i == 2)
            process.stop();
        QVERIFY(comes(treeEnded));
    }
}

// More processes than this object watches or may hold. In their teardown they count as gone.
void tst_TreeEnded::manyMembers()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(seesOnlyTheChild);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    const Ends ends(process);
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    QStringList arguments;
    for (int i = 0; i < 300; ++i)
        arguments += words(i % 3 == 0 ? "branch session" : "fork");
    startAndAwait(process, lifeline, childProgram(), arguments + words("session echo exit 0"));
    QTRY_COMPARE(process.remainingProcessIds().size(), 301);
    QVERIFY(!process.waitForTreeEnded(0ms));
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.remainingProcessIds().size(), 300);
    process.kill();
    if (!hasCgroup && !canHoldMembers())
        lifeline.cut(); // Out of reach without a pidfd.
    QVERIFY(comes(treeEnded));
    QVERIFY(lifeline.isCut());
    QCOMPARE(ends.names(), "finished ended treeEnded ");
    QCOMPARE(process.remainingProcessIds(), QList<qint64>());
}

// 300 processes, each started by one that exits. Half of them are in a session of their own.
void tst_TreeEnded::forkBomb()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(seesOnlyTheChild);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    bool isCut = false;
    connect(&process, &Process::treeEnded, this, [&] { isCut = lifeline.isCut(); });
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    const QString chain =
        u"i=$1; [ $i -gt 0 ] || exit; \"$0\" -c \"$2\" \"$0\" $((i - 1)) \"$2\" & exit"_s;
    const QString both =
        u"setsid \"$0\" -c \"$1\" \"$0\" 150 \"$1\" & \"$0\" -c \"$1\" \"$0\" 150 \"$1\" & echo ready; wait"_s;
    startAndAwait(process, lifeline, u"sh"_s, {u"-c"_s, both, u"sh"_s, chain});
    QVERIFY(comes(treeEnded));
    QVERIFY(hasCgroup ? isCut : lifeline.comesToBeCut());
}

// The leftover is another user's: it can be seen, and awaited, but not be signalled.
void tst_TreeEnded::otherUser()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(seesOnlyTheChild);
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
            if (setresuid(65534, 65534, 0) != 0)
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

void tst_TreeEnded::ordinaryUser_data()
{
    QTest::addColumn<bool>("isDelegated");
    QTest::addColumn<QByteArray>("result");
    QTest::newRow("delegated cgroup") << true << QByteArray("2 left, not over, over");
    QTest::newRow("no cgroup") << false << QByteArray("1 left, not over, over");
}

// Only a cgroup knows the daemon.
void tst_TreeEnded::ordinaryUser()
{
    QFETCH(const bool, isDelegated);
    if (getuid() != 0 || !TestCgroups::canBeMade())
        QSKIP("Only root can delegate a cgroup.");
    if (!isChildOpenToAll())
        QSKIP("Other users cannot start the helper program.");
    const TestControlGroup group;
    for (const std::string &file : {std::string(), std::string("/cgroup.procs")})
        QVERIFY(!isDelegated || chown((group.path() + file).c_str(), 65534, 65534) == 0);
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        QFile members(QString::fromStdString(group.path() + "/cgroup.procs"));
        if (!members.open(QIODevice::WriteOnly | QIODevice::Unbuffered) || members.write("0") != 1)
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

// The old tree's end is not told after the next start, whose own is told once.
void tst_TreeEnded::restart()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(seesOnlyTheChild);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    QSignalSpy ended(&process, &Process::ended);
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    startAndAwait(process, lifeline, "branch same session exit 0");
    QVERIFY(comes(ended));
    QCOMPARE(treeEnded.size(), 0);
    process.setLaunchOptions({});
    process.start(childProgram(), words("echo"));
    QVERIFY(process.waitForStarted());
    lifeline.cut();
    QCOMPARE(process.remainingProcessIds(), QList<qint64>{process.processId()});
    process.closeWriteChannel();
    QVERIFY(comes(treeEnded));
    QCOMPARE(ended.size(), 2);
}

// The object moves to another thread while it waits for the end of the tree.
void tst_TreeEnded::moves()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(seesOnlyTheChild);
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

void tst_TreeEnded::destroyed_data()
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
void tst_TreeEnded::destroyed()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(seesOnlyTheChild);
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

// A wait in a slot of an earlier signal waits for the tree, and leaves the signal's order as it is.
void tst_TreeEnded::inSlots()
{
    Process process;
    const Ends ends(process);
    QByteArray waits;
    const auto wait = [&] { waits += process.waitForTreeEnded(-1ms) ? "yes " : "no "; };
    connect(&process, &Process::finished, &process, wait);
    connect(&process, &Process::ended, &process, wait);
    connect(&process, &Process::treeEnded, &process, wait);
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    process.start(childProgram(), words("exit 0"));
    QVERIFY(comes(treeEnded));
    QCOMPARE(waits, "yes yes yes ");
    QCOMPARE(ends.names(), "finished ended treeEnded ");
}

// A slot starts the next child.
void tst_TreeEnded::restartInSlot()
{
    Process process;
    int restarts = 0;
    connect(&process, &Process::treeEnded, &process, [&] {
        if (++restarts <= 3)
            process.start(childProgram(), words("exit 0"));
    });
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    process.start(childProgram(), words("exit 0"));
    QVERIFY(comes(treeEnded, 4));
}

void tst_TreeEnded::forkedCopy()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(seesOnlyTheChild);
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
void tst_TreeEnded::nothingIsWatched()
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
void tst_TreeEnded::nothingIsLookedAt()
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
    const int before = procCount;
    // It takes longer than the 20 ms after which a process without a pidfd is looked at.
    Process other;
    QSignalSpy otherEnded(&other, &Process::ended);
    other.start(childProgram(), words("burn 60"));
    QVERIFY(comes(otherEnded));
    const int after = procCount;
    lifeline.cut();
    QVERIFY(comes(treeEnded));
    QCOMPARE(after - before, 0);
}

// FORKFD_BACKEND=sigchld is for sandboxes that kill for calls of pidfds. The filter comes when the
// watch already has pidfds.
void tst_TreeEnded::filteredThread()
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

QTEST_GUILESS_MAIN(tst_TreeEnded)
#include "tst_treeended.moc"
