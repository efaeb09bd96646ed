// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "interposedopen.h"
#include "stoppingtest.h"
#include "systemcallfilter.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <memory>
#include <string_view>

#include <pthread.h>

using namespace std::chrono_literals;

namespace {

using Scope = Process::SignalScope;

std::atomic<void (*)()> beforeKill = nullptr;
pthread_t countedThread;
int statusFileCount = 0;

const char *countStatusFile(const char *path)
{
    constexpr std::string_view status = "/stat";
    if (pthread_equal(pthread_self(), countedThread) && std::string_view(path).ends_with(status))
        ++statusFileCount;
    return path;
}

} // namespace

// Replaces kill() for the library, too.
extern "C" int kill(pid_t pid, int signal) noexcept
{
    const auto before = signal == SIGKILL ? beforeKill.exchange(nullptr) : nullptr;
    if (before)
        before();
    return static_cast<int>(syscall(SYS_kill, pid, signal));
}

/// A child that ends in its grace, and the rest of its group.
/// Holds: P5 (isNotReapedDuringTheSignal), R2, R5 (leftoverWithoutFirstThread).
class tst_EndedLeader : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void restOfTheGroup_data();
    void restOfTheGroup();
    void isNotReapedDuringTheSignal();
    void looksAtItsGroupAlone();
    void leftoverWithoutFirstThread_data();
    void leftoverWithoutFirstThread();
};

void tst_EndedLeader::restOfTheGroup_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<bool>("isDestroyed");
    for (const auto scope : {Scope::Group, Scope::Tree}) {
        QTest::addRow("%s, finished", qPrintable(nameOf(scope))) << scope << false;
        QTest::addRow("%s, destroyed", qPrintable(nameOf(scope))) << scope << true;
    }
}

// A member of the group ignores SIGTERM, and the leader does not. The keeper, or the object, once reaped
// the leader in the grace. With it went the number of the group, except on Linux 6.9 with pidfds, and
// the member lived on.
void tst_EndedLeader::restOfTheGroup()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("POSIX does not tell whether a group has a living member.");
    QFETCH(const Scope, scope);
    QFETCH(const bool, isDestroyed);
    const TestCgroups::Refusal refusal(true);
    Lifeline lifeline;
    auto process = std::make_unique<Process>();
    process->setSignalScope(scope);
    process->setStopGrace(100ms);
    process->setDestructionPolicy(Process::DestructionPolicy::Stop);
    startAndAwait(*process, lifeline, u"/bin/sh"_s,
                  {u"-c"_s, u"trap '' TERM; sleep 300 & trap - TERM; echo ready; exec sleep 300"_s});
    if (isDestroyed)
        process.reset();
    else
        process->stop();
    const bool isFinished = isDestroyed || process->waitForFinished();
    const bool isStopped = Process::waitForStopped(1min);
    const bool areAllGone = lifeline.comesToBeCut();
    lifeline.cut();
    QVERIFY(isFinished);
    QVERIFY(isStopped);
    QVERIFY(areAllGone);
}

// The keeper kills by number, because a filter refuses the pidfd. Between its look and the kill the
// owner once reaped the child, so that the kernel could give the number to another process.
void tst_EndedLeader::isNotReapedDuringTheSignal()
{
    static pid_t child;
    static std::atomic<bool> isReaped = false;
    const QByteArray result = inRefusedCopy({{SYS_pidfd_send_signal, EPERM}}, []() -> QByteArray {
        Process process;
        process.setStopGrace(10ms);
        process.start(childProgram(), words("ignore 15 session sleep"));
        if (!process.waitForReadyRead())
            return "not started";
        child = static_cast<pid_t>(process.processId());
        beforeKill = [] {
            syscall(SYS_kill, child, SIGKILL);
            QElapsedTimer timer;
            timer.start();
            // The owner's thread has this time for its mistake.
            while (!isReaped && timer.elapsed() < 200)
                isReaped = syscall(SYS_kill, child, 0) != 0;
        };
        process.stop();
        if (!process.waitForFinished())
            return "not finished";
        return isReaped ? "reaped" : "kept";
    });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, "kept");
}

// Before finished() the owner's thread looks whether the group has other members. It once read the
// status of every process of the system for that.
void tst_EndedLeader::looksAtItsGroupAlone()
{
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Group);
    process.setStopGrace(1h);
    startAndAwait(process, lifeline, u"/bin/sh"_s, {u"-c"_s, u"echo ready; exec sleep 300"_s});
    countedThread = pthread_self();
    statusFileCount = 0;
    beforeOpen = countStatusFile;
    process.stop();
    const bool hasEnded = process.waitForFinished();
    beforeOpen = nullptr;
    QVERIFY(hasEnded);
    QVERIFY2(statusFileCount <= 1, qPrintable(QString::number(statusFileCount))); // The leader's.
}

void tst_EndedLeader::leftoverWithoutFirstThread_data()
{
    QTest::addColumn<bool>("isDestroyed");
    QTest::newRow("live object") << false;
    QTest::newRow("gone object") << true;
}

// The system shows a process whose first thread has ended as a zombie. Once it was never killed.
void tst_EndedLeader::leftoverWithoutFirstThread()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("POSIX does not tell whether a group has a living member.");
    QFETCH(const bool, isDestroyed);
    Lifeline lifeline;
    TestPipe life;
    auto process = std::make_unique<Process>();
    process->setSignalScope(Scope::Group);
    process->setStopGrace(200ms);
    process->setDestructionPolicy(Process::DestructionPolicy::Stop);
    process->setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor(), {8, life.readEnd()}}});
    process->start(u"/bin/sh"_s,
                   {u"-c"_s, u"\"$0\" ignore 15 survive 8 & echo $!; exec sleep 300"_s, childProgram()});
    lifeline.letGo();
    QVERIFY(process->waitForReadyRead());
    QFile status(u"/proc/%1/stat"_s.arg(process->readAll().trimmed().toInt()));
    QVERIFY(eventually([&status] {
        status.close();
        return status.open(QIODevice::ReadOnly) && status.readAll().contains(") Z");
    }));
    isDestroyed ? process.reset() : process->stop();
    QVERIFY(!process || ends(*process));
    const bool areStopped = Process::waitForStopped(-1ms);
    const bool areAllGone = lifeline.isCut();
    lifeline.cut();
    QVERIFY(areStopped);
    QVERIFY(areAllGone);
}

QTEST_GUILESS_MAIN(tst_EndedLeader)
#include "tst_endedleader.moc"
