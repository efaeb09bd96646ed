// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "treeendtest.h"

#include <csignal>

using namespace std::chrono_literals;

/// Which processes of a tree are awaited, named and signalled: those that walks find, and many.
/// Holds: R13.
class tst_TreeLeftovers : public TreeEndTest
{
    Q_OBJECT

private Q_SLOTS:
    void newMember_data() { TestCgroups::addTrees(); }
    void newMember();
    void killed_data() { TestCgroups::addTrees(); }
    void killed();
    void remaining_data() { TestCgroups::addTrees(); }
    void remaining();
    void walkSeesTheEnd_data() { TestCgroups::addTrees(); }
    void walkSeesTheEnd();
    void manyMembers_data() { TestCgroups::addTrees(); }
    void manyMembers();
    void staysStopped();
    void pausedTree_data() { TestCgroups::addTrees(); }
    void pausedTree();
    void forkBomb_data() { TestCgroups::addTrees(); }
    void forkBomb();

private:
    static void startGroups(Process &process, Lifeline &lifeline, int count, const QString &command);
};

// The leftover, in a session of its own, starts a process and exits after the walks have seen it. Only
// its session leads to the new one.
void tst_TreeLeftovers::newMember()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(knowsNoNumbers);
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
void tst_TreeLeftovers::killed()
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

void tst_TreeLeftovers::remaining()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(knowsNoNumbers);
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
void tst_TreeLeftovers::walkSeesTheEnd()
{
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
void tst_TreeLeftovers::manyMembers()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP(knowsNoNumbers);
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

// 300 processes, whose parents exit at once. Every second process begins a new session.
void tst_TreeLeftovers::forkBomb()
{
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

// A shell leads a session. Its children lead groups, which become orphaned when it ends: then the kernel
// sends SIGHUP and SIGCONT to those that are stopped. In the test's session that would not happen,
// because the test has a supervisor, which is a subreaper.
void tst_TreeLeftovers::startGroups(Process &process, Lifeline &lifeline, int count,
                                    const QString &command)
{
    const QString script = u"for i in $(seq %1); do \"$0\" %2 & done; wait"_s;
    process.setSignalScope(Scope::Tree);
    process.setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor()}, .newSession = true});
    process.start(u"sh"_s, {u"-c"_s, script.arg(count).arg(command), childProgram()});
    lifeline.letGo();
    while (process.bytesAvailable() < count && process.waitForReadyRead()) { }
    QCOMPARE(process.readAll(), QByteArray(count, 'x'));
}

// Each process gets the signal before another one continues.
void tst_TreeLeftovers::pausedTree()
{
    QFETCH(const bool, hasCgroup);
    if (!hasCgroup && !canHoldMembers())
        QSKIP("There is no walk without pidfds.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setStopGrace(1min);
    process.setDrainTimeout(1min); // The shell may end before the others have written.
    startGroups(process, lifeline, 40, u"obey 15 move write 1 1 sleep"_s);
    QVERIFY(process.sendSignal(SIGSTOP));
    process.stop();
    QVERIFY(process.waitForFinished());
    QVERIFY(lifeline.comesToBeCut());
    QCOMPARE(process.readAll(), QByteArray(80, '!')); // Of the leaders and the others.
}

// No process runs between the first kill and the last one: it could start others.
void tst_TreeLeftovers::staysStopped()
{
    if (!canHoldMembers())
        QSKIP("There is no walk without pidfds.");
    const TestCgroups::Refusal refusal(true);
    Lifeline lifeline;
    Process process;
    startGroups(process, lifeline, 40, u"ignore 1 tell 18 1 move write 1 1 sleep"_s);
    process.kill();
    QVERIFY(process.waitForFinished());
    QVERIFY(lifeline.comesToBeCut());
    QCOMPARE(process.readAll(), "");
}

QTEST_GUILESS_MAIN(tst_TreeLeftovers)
#include "tst_treeleftovers.moc"
