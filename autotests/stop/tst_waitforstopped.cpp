// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"
#include "temporarychange.h"

#include <ForkFd/forkfd.h>
#include <ForkFd/run.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QThread>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include <sys/syscall.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace {

using Scope = Process::SignalScope;
using Policy = Process::DestructionPolicy;

constexpr std::chrono::milliseconds forEver(-1);

// What becomes of the next write to cgroup.kill.
enum NextKill { Works, IsLost, Fails };
std::atomic<NextKill> nextKill;

} // namespace

// Replaces write() for the library, too: a cgroup.kill that misses all processes, or that fails.
extern "C" ssize_t write(int fd, const void *data, std::size_t size)
{
    const bool isKill = size == 1 && *static_cast<const char *>(data) == '1';
    const NextKill kind = isKill ? nextKill.exchange(Works) : Works;
    if (kind == Fails)
        errno = EBUSY;
    if (kind != Works)
        return kind == IsLost ? 1 : -1;
    return syscall(SYS_write, fd, data, size);
}

/// ChildProcess::waitForStopped().
/// Holds: R5.
class tst_WaitForStopped : public StoppingTest
{
    Q_OBJECT

protected:
    void warmUp() override
    {
        StoppingTest::warmUp();
        ForkFd::run(childProgram(), words("exit 0")).waitForFinished();
    }

private Q_SLOTS:
    void nothing();
    void liveObject_data() { addScopesAndTrees(); }
    void liveObject();
    void timeout();
    void goneObject_data() { addScopesAndTrees(); }
    void goneObject();
    void leftovers_data();
    void leftovers();
    void killThatFails_data();
    void killThatFails();
    void manyGraces();
    void timeLimit();
    void canceledRun();
    void canceledRunAskedAtOnce();
    void severalAndAnotherThread();
    void terminateIsNoStop();
    void withoutThread_data();
    void withoutThread();
    void inForkedCopy();

private:
    static QFuture<ForkFd::RunResult> cancelRun(Lifeline &lifeline);
};

void tst_WaitForStopped::nothing()
{
    QVERIFY(Process::waitForStopped(0ms));
    QVERIFY(Process::waitForStopped(forEver));
}

// A living object's child is a zombie afterwards: neither collected nor reported.
void tst_WaitForStopped::liveObject()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    process.setStopGrace(200ms);
    startAndAwait(process, lifeline, "ignore 15 branch same session sleep");
    QSignalSpy finished(&process, &Process::finished);
    QSignalSpy states(&process, &Process::stateChanged);
    QVERIFY(Process::waitForStopped(0ms));
    process.stop();
    QVERIFY(!Process::waitForStopped(0ms));
    QVERIFY(Process::waitForStopped(forEver));
    // The SIGCHLD backend has reaped the leader, and then does not know the group any more.
    const bool isKnown =
        ForkFd::backend() == ForkFd::Backend::PidFd || (scope == Scope::Tree && hasCgroup);
    if (scope != Scope::Process)
        QVERIFY(isKnown ? lifeline.isCut() : lifeline.comesToBeCut());
    QCOMPARE(finished.size() + states.size(), 0);
    QCOMPARE(process.state(), Process::Running);
    QVERIFY(process.waitForFinished());
    QCOMPARE(text(process.exitInfo()), "killed by SIGKILL");
    QVERIFY(Process::waitForStopped(0ms));
    lifeline.cut();
}

void tst_WaitForStopped::timeout()
{
    Lifeline lifeline;
    Process process;
    process.setStopGrace(1h);
    startAndAwait(process, lifeline, "ignore 15 session sleep");
    process.stop();
    QElapsedTimer timer;
    timer.start();
    QVERIFY(!Process::waitForStopped(50ms));
    QVERIFY(timer.elapsed() >= 50);
    process.kill();
    QVERIFY(Process::waitForStopped(forEver));
    QVERIFY(process.waitForFinished());
}

// At the end of main() the child gets its grace, to save its data.
void tst_WaitForStopped::goneObject()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    TestPipe saved;
    const QString script =
        u"exec 2>/dev/null; trap 'sleep 0.2; echo saved >&8; exit 0' TERM; echo ready; while :; do sleep 0.02; done"_s;
    {
        Process process;
        process.setDestructionPolicy(Policy::Stop);
        process.setSignalScope(scope);
        process.setStopGrace(1min);
        ForkFd::LaunchOptions options;
        options.fileDescriptors = {lifeline.asDescriptor(), {8, saved.writeEnd()}};
        process.setLaunchOptions(options);
        process.start(u"/bin/sh"_s, {u"-c"_s, script});
        QVERIFY(process.waitForReadyRead());
    }
    lifeline.letGo();
    saved.closeWriteEnd();
    QVERIFY(Process::waitForStopped(forEver));
    QVERIFY(lifeline.comesToBeCut()); // The script's sleep may end a moment later.
    QCOMPARE(saved.readAll(), "saved\n");
}

void tst_WaitForStopped::leftovers_data()
{
    if (!reachesGroupWithoutLeader() && !TestCgroups::canBeMade())
        QSKIP("After the end of the child this system knows neither its group nor a control group.");
    QTest::addColumn<Scope>("scope");
    if (reachesGroupWithoutLeader())
        QTest::newRow("group") << Scope::Group;
    if (TestCgroups::canBeMade())
        QTest::newRow("tree") << Scope::Tree;
}

void tst_WaitForStopped::leftovers()
{
    QFETCH(const Scope, scope);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    process.setStopGrace(300ms);
    startAndAwait(process, lifeline, "ignore 15 branch same session echo");
    process.stop();
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QVERIFY(!Process::waitForStopped(0ms));
    QVERIFY(!lifeline.isCut());
    QVERIFY(Process::waitForStopped(forEver));
    QVERIFY(lifeline.isCut());
}

void tst_WaitForStopped::killThatFails_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<bool>("isDestroyed");
    QTest::addColumn<int>("kind");
    const QString child = u"ignore 15 session sleep"_s;
    const QString leftover = u"ignore 15 branch same session exit 0"_s;
    for (const NextKill kind : {IsLost, Fails}) {
        const char *name = kind == IsLost ? "misses" : "fails";
        QTest::addRow("%s, child", name) << child << false << int(kind);
        QTest::addRow("%s, leftover", name) << leftover << false << int(kind);
        QTest::addRow("%s, destroyed", name) << child << true << int(kind);
        QTest::addRow("%s, leftover, destroyed", name) << leftover << true << int(kind);
    }
}

// Before Linux 6.14 cgroup.kill could miss a process that was being forked. It then lived for ever, and
// so did a process whose cgroup could not be killed at the first try.
void tst_WaitForStopped::killThatFails()
{
    QFETCH(const QString, command);
    QFETCH(const bool, isDestroyed);
    QFETCH(const int, kind);
    if (!TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    Lifeline lifeline;
    auto process = std::make_unique<Process>();
    process->setSignalScope(Scope::Tree);
    process->setStopGrace(0ms);
    process->setDestructionPolicy(Policy::Kill);
    startAndAwait(*process, lifeline, qPrintable(command));
    const bool hasEnded = command.endsWith(u'0') && ends(*process);
    nextKill = static_cast<NextKill>(kind);
    if (hasEnded || !isDestroyed)
        process->stop();
    if (isDestroyed)
        process.reset();
    const bool areStopped = Process::waitForStopped(20s);
    QCOMPARE(nextKill.exchange(Works), Works);
    lifeline.cut();
    QVERIFY(areStopped);
    QVERIFY(!process || ends(*process));
}

// The keeper has many children, each with its own grace.
void tst_WaitForStopped::manyGraces()
{
    constexpr int count = 30;
    std::vector<std::unique_ptr<Process>> processes;
    for (int i = 0; i < count; ++i) {
        processes.push_back(std::make_unique<Process>());
        processes.back()->setStopGrace(10ms * (i * 7 % count));
        processes.back()->start(childProgram(), words("ignore 15 session sleep"));
    }
    for (const auto &process : processes)
        QVERIFY(process->waitForReadyRead());
    for (const auto &process : processes)
        process->stop();
    QVERIFY(Process::waitForStopped(forEver));
    for (const auto &process : processes) {
        QVERIFY(process->waitForFinished());
        QCOMPARE(text(process->exitInfo()), "killed by SIGKILL");
        QVERIFY(process->elapsedTime() >= process->stopGrace());
    }
}

void tst_WaitForStopped::timeLimit()
{
    Lifeline lifeline;
    Process process;
    process.setStopGrace(100ms);
    startAndAwait(process, lifeline, "ignore 15 session sleep");
    QSignalSpy errors(&process, &Process::errorOccurred);
    process.setTimeLimit(1ms);
    QVERIFY(comes(errors));
    QVERIFY(Process::waitForStopped(forEver));
    QVERIFY(lifeline.isCut());
    QVERIFY(process.waitForFinished());
}

// Runs a program that ignores SIGTERM, and cancels it when it is ready.
QFuture<ForkFd::RunResult> tst_WaitForStopped::cancelRun(Lifeline &lifeline)
{
    TestPipe isReady;
    ForkFd::RunOptions options;
    options.stopGrace = 100ms;
    options.launchOptions.fileDescriptors = {lifeline.asDescriptor(), {8, isReady.writeEnd()}};
    auto future = ForkFd::run(childProgram(), words("ignore 15 write 1 8 leave 8 sleep"), options);
    char ready = 0;
    if (read(isReady.readEnd(), &ready, 1) == 1)
        future.cancel();
    lifeline.letGo();
    return future;
}

void tst_WaitForStopped::canceledRun()
{
    Lifeline lifeline;
    auto future = cancelRun(lifeline);
    QVERIFY(future.isCanceled());
    QVERIFY(Process::waitForStopped(forEver));
    QVERIFY(lifeline.isCut());
    future.waitForFinished();
}

// The wait once returned true too early, because the thread of run() had not looked yet.
void tst_WaitForStopped::canceledRunAskedAtOnce()
{
    for (int i = 0; i < 20; ++i) {
        Lifeline lifeline;
        auto future = cancelRun(lifeline);
        QVERIFY(future.isCanceled());
        QVERIFY(!Process::waitForStopped(0ms) || lifeline.isCut());
        QVERIFY(Process::waitForStopped(forEver));
        future.waitForFinished();
    }
}

void tst_WaitForStopped::severalAndAnotherThread()
{
    Lifeline lifelines[5];
    std::unique_ptr<Process> processes[5];
    for (int i = 0; i < 5; ++i) {
        processes[i] = std::make_unique<Process>();
        processes[i]->setStopGrace(std::chrono::milliseconds(50 * i));
        startAndAwait(*processes[i], lifelines[i], "ignore 15 session sleep");
        processes[i]->stop();
    }
    bool isStopped = false;
    const std::unique_ptr<QThread> thread(
        QThread::create([&isStopped] { isStopped = Process::waitForStopped(forEver); }));
    thread->start();
    QVERIFY(thread->wait(60000));
    QVERIFY(isStopped);
    for (const Lifeline &lifeline : lifelines)
        QVERIFY(lifeline.isCut());
    for (const auto &process : processes)
        QVERIFY(process->waitForFinished());
}

void tst_WaitForStopped::terminateIsNoStop()
{
    Lifeline lifeline;
    Process process;
    startAndAwait(process, lifeline, "ignore 15 session sleep");
    process.terminate();
    QVERIFY(Process::waitForStopped(forEver));
    QVERIFY(process.sendSignal(0));
    process.kill();
    QVERIFY(process.waitForFinished());
}

void tst_WaitForStopped::withoutThread_data()
{
    using Wait = std::function<bool(Process &)>;
    QTest::addColumn<Wait>("wait");
    QTest::newRow("waitForStopped") << Wait([](Process &) { return Process::waitForStopped(forEver); });
    QTest::newRow("waitForFinished") << Wait([](Process &process) { return process.waitForFinished(); });
    QTest::newRow("event loop") << Wait([](Process &process) {
        return QTest::qWaitFor([&process] { return process.state() == Process::NotRunning; });
    });
}

// Without the keeper thread the wait does its work.
void tst_WaitForStopped::withoutThread()
{
    QFETCH(const std::function<bool(Process &)>, wait);
    const QByteArray result = ::inForkedCopy([&wait] {
        becomeOrdinaryUserWhoMayReadAll();
        Process process;
        process.setStopGrace(50ms);
        process.start(childProgram(), words("ignore 15 session sleep"));
        process.waitForReadyRead();
        const TemporaryLimit limit(RLIMIT_NPROC, 0);
        process.stop();
        const bool isStopped = wait(process);
        process.waitForFinished();
        return text(process.exitInfo()) + (isStopped ? "" : ", not seen");
    });
    QCOMPARE(result, "killed by SIGKILL");
}

void tst_WaitForStopped::inForkedCopy()
{
    Lifeline lifeline;
    Process process;
    process.setStopGrace(1h);
    startAndAwait(process, lifeline, "ignore 15 session sleep");
    process.stop();
    QCOMPARE(::inForkedCopy([] { return Process::waitForStopped(forEver) ? "none" : "some"; }), "none");
    process.kill();
    QVERIFY(process.waitForFinished());
}

QTEST_GUILESS_MAIN(tst_WaitForStopped)
#include "tst_waitforstopped.moc"
