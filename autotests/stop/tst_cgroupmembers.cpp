// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "pidfdopen.h"
#include "stoppingtest.h"
#include "testwalk.h"

#include <QtCore/QFile>

#include <cerrno>
#include <csignal>
#include <memory>

#include <sys/prctl.h>
#include <sys/wait.h>

namespace {

using Scope = Process::SignalScope;

std::atomic<pid_t> vanishing;

} // namespace

/// Signals to the processes in a child's cgroup, when some of them cannot be found or held.
/// Holds: R2.
class tst_CgroupMembers : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void vanishes();
    void cannotBeHeld_data();
    void cannotBeHeld();
    void descriptorsGoneAfterTheFirst_data();
    void descriptorsGoneAfterTheFirst();
    void threadedCgroup();
    void movedChild_data();
    void movedChild();
    void busyMachine_data();
    void busyMachine();
};

void tst_CgroupMembers::initTestCase()
{
    if (!canHoldMembers())
        QSKIP("Here these signals reach the group alone.");
    if (!TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
}

// The first member ends between the list and pidfd_open(2), which says EINVAL before Linux 6.15 where a
// process group still has the number. The others once got no signal then.
void tst_CgroupMembers::vanishes()
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    startAndAwait(process, lifeline, u"/bin/sh"_s,
                  {u"-c"_s, u"sleep 300 2>&1 >/dev/null & echo $!; sleep 300 2>&1 >/dev/null &"_s});
    QVERIFY(ends(process));
    vanishing = process.readAll().trimmed().toInt();
    beforePidFdOpen = [](pid_t pid) {
        if (pid != vanishing)
            return 0;
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
        return EINVAL;
    };
    const bool isSent = process.sendSignal(SIGTERM);
    beforePidFdOpen = nullptr;
    const bool areAllGone = isSent && lifeline.comesToBeCut();
    lifeline.cut();
    while (waitpid(-1, nullptr, 0) > 0) { }
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    QVERIFY(areAllGone);
}

void tst_CgroupMembers::cannotBeHeld_data()
{
    QTest::addColumn<int>("errorCode");
    QTest::addColumn<bool>("isStopped");
    for (const int errorCode : {EPERM, ENOSYS}) {
        QTest::addRow("terminate(): %d", errorCode) << errorCode << false;
        QTest::addRow("stop(): %d", errorCode) << errorCode << true;
    }
}

// A filter refuses pidfd_open(2). The group gets the signal.
void tst_CgroupMembers::cannotBeHeld()
{
    QFETCH(const int, errorCode);
    QFETCH(const bool, isStopped);
    static std::atomic<int> refusal;
    refusal = errorCode;
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    process.setStopGrace(std::chrono::hours(1));
    startAndAwait(process, lifeline, "branch same session sleep");
    beforePidFdOpen = [](pid_t) { return refusal.load(); };
    const bool isSent = isStopped ? (process.stop(), true) : process.sendSignal(SIGTERM);
    beforePidFdOpen = nullptr;
    const bool areAllGone = isSent && lifeline.comesToBeCut();
    lifeline.cut();
    QVERIFY(ends(process));
    QVERIFY(areAllGone);
}

void tst_CgroupMembers::descriptorsGoneAfterTheFirst_data()
{
    QTest::addColumn<bool>("isStopped");
    QTest::newRow("terminate()") << false;
    QTest::newRow("stop()") << true;
}

// The library holds 32 members at a time. If descriptors are missing for the rest, the group gets the
// signal. Those members once got none until the grace was over.
void tst_CgroupMembers::descriptorsGoneAfterTheFirst()
{
    QFETCH(const bool, isStopped);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    process.setStopGrace(std::chrono::hours(1));
    startAndAwait(
        process, lifeline, u"/bin/sh"_s,
        {u"-c"_s, u"i=0; while [ $i -lt 40 ]; do sleep 300 & i=$((i+1)); done; echo ready; wait"_s});
    static std::atomic<int> left;
    left = 32;
    beforePidFdOpen = [](pid_t) { return left.fetch_sub(1) > 0 ? 0 : EMFILE; };
    if (isStopped)
        process.stop();
    else
        process.sendSignal(SIGTERM); // In a shortage the result is false.
    const bool areAllGone = lifeline.comesToBeCut();
    beforePidFdOpen = nullptr;
    lifeline.cut();
    QVERIFY(ends(process));
    QVERIFY(areAllGone);
}

// cgroups(7), "Thread mode": the processes of a threaded cgroup are listed in the cgroup above, and its
// own list cannot be read.
void tst_CgroupMembers::threadedCgroup()
{
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    startAndAwait(process, lifeline, "branch session session sleep");
    QFile type(TestCgroups::prepareBelow(TestCgroups::left().value(0)) + u"/cgroup.type"_s);
    const bool isThreaded =
        type.open(QIODevice::WriteOnly | QIODevice::Unbuffered) && type.write("threaded") > 0;
    const bool isSent = process.sendSignal(SIGTERM);
    const bool areAllGone = isSent && lifeline.comesToBeCut();
    lifeline.cut();
    QVERIFY(ends(process));
    if (!isThreaded)
        QSKIP("No threaded cgroup can be made here.");
    QVERIFY(areAllGone);
}

void tst_CgroupMembers::movedChild_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<int>("way");
    const char *const ways[] = {"terminate()", "kill()", "stop()", "destroyed"};
    for (int way = 0; way < 4; ++way) {
        QTest::newRow(ways[way]) << u"session sleep"_s << way;
        QTest::addRow("%s, one is left inside", ways[way]) << u"branch same session sleep"_s << way;
    }
    QTest::newRow("stop(), it ignores the signal") << u"ignore 15 session sleep"_s << 2;
}

// As "systemd-run --scope" moves itself. No signal reached the child any more.
void tst_CgroupMembers::movedChild()
{
    QFETCH(const QString, command);
    QFETCH(const int, way);
    Lifeline lifeline;
    auto process = std::make_unique<Process>();
    process->setSignalScope(Scope::Tree);
    process->setStopGrace(std::chrono::milliseconds(command.contains(u"ignore") ? 50 : 60000));
    process->setDestructionPolicy(Process::DestructionPolicy::Kill);
    startAndAwait(*process, lifeline, qPrintable(command));
    QFile members(TestCgroups::ownDirectory() + u"/cgroup.procs"_s);
    QVERIFY(members.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
    QVERIFY(members.write(QByteArray::number(process->processId())) > 0);
    QVERIFY(process->sendSignal(0));
    QCOMPARE(process->remainingProcesses().count, command.startsWith(u"branch"_s) ? 2 : 1);
    if (way == 0)
        process->terminate();
    else if (way == 1)
        process->kill();
    else if (way == 2)
        process->stop();
    else
        process.reset();
    const bool areAllGone = lifeline.comesToBeCut();
    lifeline.cut();
    QVERIFY(areAllGone);
    QVERIFY(!process || ends(*process));
    QVERIFY(Process::waitForStopped(std::chrono::milliseconds(-1)));
}

void tst_CgroupMembers::busyMachine_data()
{
    QTest::addColumn<bool>("isStopped");
    QTest::addColumn<int>("microseconds");
    QTest::newRow("terminate()") << false << 40'000;
    QTest::newRow("terminate(), the time is over with the last member") << false << 27'000;
    QTest::newRow("stop()") << true << 40'000;
}

// One look at each member takes more than a second; the library looks at 32 of them at a time. The rest
// once got no signal, and sendSignal() returned true. Later it returned false if the time was over when
// all had got it.
void tst_CgroupMembers::busyMachine()
{
    QFETCH(const bool, isStopped);
    QFETCH(const int, microseconds);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    process.setStopGrace(std::chrono::hours(1));
    startAndAwait(
        process, lifeline, u"/bin/sh"_s,
        {u"-c"_s, u"i=0; while [ $i -lt 40 ]; do sleep 300 & i=$((i+1)); done; echo ready; wait"_s});
    static std::atomic<int> delay;
    delay = microseconds;
    beforePidFdOpen = [](pid_t) {
        usleep(static_cast<useconds_t>(delay.load()));
        return 0;
    };
    const bool isSent = isStopped ? (process.stop(), true) : process.sendSignal(SIGTERM);
    const bool areAllGone = isSent && lifeline.comesToBeCut();
    beforePidFdOpen = nullptr;
    lifeline.cut();
    QVERIFY(ends(process));
    QVERIFY(areAllGone);
}

QTEST_GUILESS_MAIN(tst_CgroupMembers)
#include "tst_cgroupmembers.moc"
