// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"
#include "systemcallfilter.h"
#include "testwalk.h"

#include <ForkFd/forkfd.h>

#include <QtCore/QElapsedTimer>

#include <cerrno>
#include <csignal>

#include <sys/wait.h>

using namespace std::chrono_literals;

namespace {

using Scope = Process::SignalScope;

} // namespace

/// stop(), and the processes that stop(), signals and the destructor reach in each scope.
/// Holds: P5, R2.
class tst_Stopping : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void reach_data();
    void reach();
    void leftovers_data();
    void leftovers();
    void groupByNumber();
    void eachProcessOnce_data() { addScopesAndTrees(); }
    void eachProcessOnce();
    void obeys();
    void ignores_data() { addScopes(); }
    void ignores();
    void stoppedChild_data() { addScopes(); }
    void stoppedChild();
    void withoutChild();
    void twice();
    void restartWithinTheGrace_data();
    void restartWithinTheGrace();
    void nothingIsKept_data() { addScopes(); }
    void nothingIsKept();
    void shellThatKeepsForking_data();
    void shellThatKeepsForking();
    void ownGroup();
    void anotherGroup();
    void leaderMoves();
};

void tst_Stopping::reach_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<bool>("hasCgroup");
    QTest::addColumn<QString>("branch");
    QTest::addColumn<bool>("isReached");
    const auto rows = [](const char *scopeName, Scope scope, bool hasCgroup,
                         const QStringList &reached) {
        for (const QString &branch : {u"same"_s, u"group"_s, u"session"_s, u"daemon"_s})
            QTest::addRow("%s: %s", scopeName, qPrintable(branch))
                << scope << hasCgroup << branch << reached.contains(branch);
    };
    rows("process", Scope::Process, true, {});
    rows("group", Scope::Group, true, {u"same"_s});
    rows("tree, cgroup", Scope::Tree, true, {u"same"_s, u"group"_s, u"session"_s, u"daemon"_s});
    if (canHoldMembers())
        rows("tree, walk", Scope::Tree, false, {u"same"_s, u"group"_s, u"session"_s});
    else
        rows("tree, group alone", Scope::Tree, false, {u"same"_s});
}

void tst_Stopping::reach()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    QFETCH(const QString, branch);
    QFETCH(const bool, isReached);
    const TestCgroups::Refusal refusal(!hasCgroup);
    if (scope == Scope::Tree && hasCgroup && !TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");

    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    startAndAwait(process, lifeline,
                  qPrintable(u"branch "_s + branch + u" branch "_s + branch + u" session sleep"_s));
    QVERIFY(process.sendSignal(0));
    process.kill();
    QVERIFY(process.waitForFinished());
    QCOMPARE(text(process.exitInfo()), "killed by SIGKILL");
    if (isReached)
        QVERIFY(lifeline.comesToBeCut());
    else
        QVERIFY(!lifeline.isCut());
    lifeline.cut();
}

void tst_Stopping::leftovers_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<bool>("isReached");
    QTest::newRow("process") << Scope::Process << false;
    QTest::newRow("group") << Scope::Group << reachesGroupWithoutLeader();
    if (TestCgroups::canBeMade())
        QTest::newRow("tree") << Scope::Tree << true;
}

// Signals reach the rest of the group or tree until the next start.
void tst_Stopping::leftovers()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, isReached);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    startAndAwait(process, lifeline, "branch same session exit 3");
    QVERIFY(ends(process));
    QCOMPARE(process.exitCode(), 3);
    QVERIFY(!lifeline.isCut());
    errno = 0;
    QCOMPARE(process.sendSignal(SIGKILL), isReached);
    if (!isReached)
        QCOMPARE(errno, ESRCH);
    else
        QVERIFY(lifeline.comesToBeCut());
    lifeline.cut();

    process.setLaunchOptions({});
    process.start(childProgram(), words("exit 4"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 4);
}

// Before Linux 6.9 a group is signalled by its number, as long as the child can be waited for.
void tst_Stopping::groupByNumber()
{
    Lifeline lifeline;
    Lifeline leftover;
    constexpr unsigned toGroup = 4;
    const QByteArray result =
        inRefusedCopy({{SYS_pidfd_send_signal, EINVAL, toGroup, toGroup, 3}}, [&]() -> QByteArray {
            Process process;
            process.setSignalScope(Scope::Group);
            startAndAwait(process, lifeline, "branch same session sleep");
            process.kill();
            process.waitForFinished();
            startAndAwait(process, leftover, "branch same session exit 0");
            ends(process);
            return process.sendSignal(0) ? "reached" : "not reached";
        });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, "not reached");
    lifeline.letGo();
    leftover.letGo();
    QVERIFY(lifeline.comesToBeCut());
    QVERIFY(!leftover.isCut());
    leftover.cut();
}

// Two shells, of which the first has started the second, report each SIGUSR1.
void tst_Stopping::eachProcessOnce()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    // No shell forks when the signals come, and `sleep` ignores them.
    const QString begin = u"trap '' USR1 USR2; sleep 1000 & "_s;
    const QString end = u"trap 'exit 0' USR2; echo ready; while :; do wait; done"_s;
    const QString inner = begin + u"trap 'echo inner >&8' USR1; "_s + end;
    const QString outer = u"sh -c \"$0\" & "_s + begin + u"trap 'echo outer >&8' USR1; "_s + end;
    TestPipe seen;
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    process.setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor(), {8, seen.writeEnd()}}});
    process.start(u"sh"_s, {u"-c"_s, outer, inner});
    lifeline.letGo();
    QTRY_COMPARE(process.bytesAvailable(), 12); // "ready" of each

    QVERIFY(process.sendSignal(SIGUSR1));
    const qsizetype count = scope == Scope::Process ? 1 : 2;
    QByteArray reports;
    while (reports.count('\n') < count)
        reports += seen.read();
    QVERIFY(process.sendSignal(SIGUSR2));
    QVERIFY(ends(process));
    lifeline.cut();
    seen.closeWriteEnd();
    reports += seen.readAll();
    QCOMPARE(reports.count("outer"), 1);
    QCOMPARE(reports.count("inner"), count - 1);
}

void tst_Stopping::obeys()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("sleep"));
    process.stop();
    QVERIFY(comes(finished));
    QCOMPARE(text(process.exitInfo()), "killed by SIGTERM");
    QVERIFY(!process.timeLimitExceeded());
}

// The grace expires without an event loop and without a wait.
void tst_Stopping::ignores()
{
    QFETCH(const Scope, scope);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    process.setStopGrace(50ms);
    startAndAwait(process, lifeline, "ignore 15 session sleep");
    QElapsedTimer timer;
    timer.start();
    process.stop();
    QVERIFY(lifeline.comesToBeCut());
    QVERIFY(timer.elapsed() >= 50);
    QVERIFY(process.waitForFinished());
    QCOMPARE(text(process.exitInfo()), "killed by SIGKILL");
}

void tst_Stopping::stoppedChild()
{
    QFETCH(const Scope, scope);
    Process process;
    process.setSignalScope(scope);
    process.start(childProgram(), words("stop sleep"));
    siginfo_t info;
    QCOMPARE(waitid(P_PID, static_cast<id_t>(process.processId()), &info, WSTOPPED), 0);
    process.setStopGrace(1h);
    process.stop();
    QVERIFY(process.waitForFinished());
    QCOMPARE(text(process.exitInfo()), "killed by SIGTERM");
}

void tst_Stopping::withoutChild()
{
    Process process;
    process.stop();
    QVERIFY(!process.sendSignal(0));
    process.start(childProgram(), words("exit 0"));
    QVERIFY(process.waitForFinished());
    process.stop();
    process.start(u"/no/such/program"_s);
    process.stop();
    QVERIFY(!process.waitForFinished());
}

// A second stop() does not extend the grace.
void tst_Stopping::twice()
{
    Lifeline lifeline;
    Process process;
    process.setStopGrace(50ms);
    startAndAwait(process, lifeline, "ignore 15 session sleep");
    process.stop();
    process.setStopGrace(1h);
    process.stop();
    QVERIFY(process.waitForFinished());
    QCOMPARE(text(process.exitInfo()), "killed by SIGKILL");
}

void tst_Stopping::restartWithinTheGrace_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<bool>("isReached");
    QTest::newRow("group") << Scope::Group << reachesGroupWithoutLeader();
    if (TestCgroups::canBeMade())
        QTest::newRow("tree") << Scope::Tree << true;
}

// A second start does not spare the first child's descendants.
void tst_Stopping::restartWithinTheGrace()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, isReached);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    process.setStopGrace(200ms);
    startAndAwait(process, lifeline, "ignore 15 branch same session echo");
    process.stop();
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    process.setLaunchOptions({});
    process.start(childProgram(), words("echo exit 3"));
    if (isReached)
        QVERIFY(lifeline.comesToBeCut());
    else
        lifeline.cut();
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

// Once the child and its descendants have ended, the object holds no descriptor and no cgroup.
void tst_Stopping::nothingIsKept()
{
    QFETCH(const Scope, scope);
    Process process;
    process.setSignalScope(scope);
    const ProcessState before = ProcessState::now();
    process.start(childProgram(), words("exit 0"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(before.differencesTo(ProcessState::now()), QString());
    QTRY_COMPARE(TestCgroups::left(), QStringList());
}

void tst_Stopping::shellThatKeepsForking_data()
{
    QTest::addColumn<bool>("hasCgroup");
    QTest::newRow("cgroup") << true;
    QTest::newRow("walk") << false;
}

void tst_Stopping::shellThatKeepsForking()
{
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    if (hasCgroup && !TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    if (!hasCgroup && !canHoldMembers())
        QSKIP("There is no walk here.");
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    // Each round leaves a new session, which goes on to fork.
    const QString script =
        u"fork() { while :; do sleep 100 & sleep 0.01; done; }\n"
        "fork & echo ready; i=0\n"
        "while [ $i -lt 20 ]; do setsid sh -c 'while :; do sleep 99 & sleep 0.05; done' & "
        "i=$((i + 1)); sleep 0.01; done; wait"_s;
    startAndAwait(process, lifeline, u"/bin/sh"_s, {u"-c"_s, script});
    process.kill();
    QVERIFY(process.waitForFinished());
    QVERIFY(lifeline.comesToBeCut());
}

void tst_Stopping::ownGroup()
{
    for (const Scope scope : {Scope::Process, Scope::Group, Scope::Tree}) {
        Process process;
        process.setSignalScope(scope);
        process.start(childProgram(), words("session"));
        const qint64 pid = process.processId();
        QVERIFY(process.waitForFinished());
        const QByteArray group = process.readAll().split(' ').value(1);
        QCOMPARE(group, QByteArray::number(scope == Scope::Process ? getpgrp() : pid));
    }
}

void tst_Stopping::anotherGroup()
{
    Process process;
    QSignalSpy errors(&process, &Process::errorOccurred);
    ForkFd::LaunchOptions options;
    options.processGroup = getpgrp();
    process.setLaunchOptions(options);
    process.setSignalScope(Scope::Group);
    process.start(childProgram(), words("exit 0"));
    QCOMPARE(text(process.startError()), "signalScope: Invalid argument");
    QCOMPARE(errors.size(), 1);
    QCOMPARE(process.state(), Process::NotRunning);
}

// The child leaves a process in its group and moves to another group of its session. It once got no
// signal.
void tst_Stopping::leaderMoves()
{
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Group);
    startAndAwait(process, lifeline, "branch same move session sleep");
    process.kill();
    const bool isFinished = process.waitForFinished(10000);
    lifeline.cut(); // The group that it has joined is not in the scope.
    QVERIFY(isFinished);
    QCOMPARE(text(process.exitInfo()), "killed by SIGKILL");
}

QTEST_GUILESS_MAIN(tst_Stopping)
#include "tst_stopping.moc"
