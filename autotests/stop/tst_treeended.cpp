// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "treeendtest.h"

#include <thread>

using namespace std::chrono_literals;

/// treeEnded() and waitForTreeEnded().
/// Holds: R13.
class tst_TreeEnded : public TreeEndTest
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
    void restart_data() { TestCgroups::addTrees(); }
    void restart();
    void inSlots();
    void restartInSlot();
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
    QCOMPARE(process.remainingProcesses().count, 0);
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
    rows("tree, walk", Scope::Tree, false,
         FORKFD_TEST_PORTABLE ? QStringList{u"same"_s}
                              : QStringList{u"same"_s, u"group"_s, u"session"_s});
}

// The signal is connected while the child lives, so that a walk finds what leaves its group.
void tst_TreeEnded::leftover()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    QFETCH(const QString, branch);
    QFETCH(const bool, isAwaited);
    if (FORKFD_TEST_PORTABLE && scope != Scope::Process && !isAwaited)
        QSKIP(seesItLater);
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
    QCOMPARE(process.remainingProcessIds().size(), isAwaited ? named(1) : 0);
    const ForkFd::LeftBehind left = process.remainingProcesses();
    QCOMPARE(left.count, isAwaited ? named(1) : 0);
    QCOMPARE(left.names, left.count > 0 ? QStringList{u"child"_s} : QStringList());
    lifeline.cut();
    QVERIFY(comes(treeEnded));
    QCOMPARE(isLeft, isAwaited);
    QCOMPARE(ends.names(), "finished ended treeEnded ");
    QCOMPARE(process.remainingProcessIds(), QList<qint64>());
}

void tst_TreeEnded::leftoverInAWait()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    QFETCH(const QString, branch);
    QFETCH(const bool, isAwaited);
    if (FORKFD_TEST_PORTABLE && scope != Scope::Process && !isAwaited)
        QSKIP(seesItLater);
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

// The old tree's end is not told after the next start, whose own is told once.
void tst_TreeEnded::restart()
{
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
    if (!FORKFD_TEST_PORTABLE)
        QCOMPARE(process.remainingProcessIds(), QList<qint64>{process.processId()});
    process.closeWriteChannel();
    QVERIFY(comes(treeEnded));
    QCOMPARE(ended.size(), 2);
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

QTEST_GUILESS_MAIN(tst_TreeEnded)
#include "tst_treeended.moc"
