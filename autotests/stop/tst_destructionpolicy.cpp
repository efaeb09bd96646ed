// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "interposedopen.h"
#include "stoppingtest.h"
#include "systemcallfilter.h"
#include "testwalk.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QSemaphore>
#include <QtCore/QThread>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <vector>

#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>

using namespace std::chrono_literals;

using Policy = Process::DestructionPolicy;
using Scope = Process::SignalScope;

namespace {

/// Holds up the keeper's walk through a tree, for half a minute at most.
class HeldWalk
{
public:
    HeldWalk()
    {
        s_isHeld = false;
        beforeOpen = holdKeeper;
    }
    ~HeldWalk()
    {
        beforeOpen = nullptr;
        s_mayGo.release();
        while (s_isHeld)
            QThread::yieldCurrentThread();
        s_mayGo.tryAcquire(s_mayGo.available());
    }
    HeldWalk(const HeldWalk &) = delete;
    HeldWalk &operator=(const HeldWalk &) = delete;

    static bool isHeld() { return s_isHeld; }

private:
    static const char *holdKeeper(const char *path)
    {
        char thread[16] = "";
        pthread_getname_np(pthread_self(), thread, sizeof thread);
        if (std::strcmp(thread, "forkfd-keeper") == 0 && std::strncmp(path, "/proc/", 6) == 0) {
            s_isHeld = true;
            s_mayGo.tryAcquire(1, 30000);
            s_isHeld = false;
        }
        return path;
    }

    static inline std::atomic<bool> s_isHeld = false;
    static inline QSemaphore s_mayGo{0}; // clazy:exclude=non-pod-global-static
};

} // namespace

/// The end of a child whose object is destroyed, or whose thread, application or process ends.
/// Holds: R1 (killWasRefused), R3.
class tst_DestructionPolicy : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void policy_data();
    void policy();
    void stopUnderWay_data();
    void stopUnderWay();
    void graceIsCutShort_data() { addScopesAndTrees(); }
    void graceIsCutShort();
    void killWasRefused();
    void walkIsUnderWay_data();
    void walkIsUnderWay();
    void many_data();
    void many();
    void threadEnds();
    void endedAlready();
    void inForkedCopy_data() { stopUnderWay_data(); }
    void inForkedCopy();
    void warning_data();
    void warning();
    void processEnds_data();
    void processEnds();

private:
    static int childCount();
};

void tst_DestructionPolicy::policy_data()
{
    QTest::addColumn<Policy>("policy");
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<bool>("hasCgroup");
    for (const auto scope : {Scope::Process, Scope::Group, Scope::Tree}) {
        for (const auto policy : {Policy::Kill, Policy::Stop, Policy::LeaveRunning}) {
            for (const bool hasCgroup : {true, false}) {
                if (hasCgroup && (scope != Scope::Tree || !TestCgroups::canBeMade()))
                    continue;
                QTest::addRow("%s, %s%s", qPrintable(nameOf(policy)), qPrintable(nameOf(scope)),
                              hasCgroup ? ", cgroup" : "")
                    << policy << scope << hasCgroup;
            }
        }
    }
}

void tst_DestructionPolicy::policy()
{
    QFETCH(const Policy, policy);
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    QElapsedTimer timer;
    {
        Process process;
        process.setDestructionPolicy(policy);
        process.setSignalScope(scope);
        process.setStopGrace(100ms);
        startAndAwait(process, lifeline,
                      scope == Scope::Process ? "ignore 15 session eof 8 write 1 9 sleep"
                                              : "ignore 15 branch same session eof 8 write 1 9 sleep");
        timer.start();
    }
    const qint64 blocked = timer.elapsed();
    QVERIFY(blocked < 5000);
    if (policy == Policy::LeaveRunning) {
        QVERIFY(lifeline.isAnsweredBy(1));
        lifeline.cut();
        return;
    }
    QVERIFY(lifeline.comesToBeCut());
    if (policy == Policy::Stop)
        QVERIFY(timer.elapsed() >= 100);
}

void tst_DestructionPolicy::stopUnderWay_data()
{
    QTest::addColumn<Policy>("policy");
    for (const auto policy : {Policy::Kill, Policy::Stop, Policy::LeaveRunning})
        QTest::newRow(qPrintable(nameOf(policy))) << policy;
}

// A stop that has begun goes on after the destruction.
void tst_DestructionPolicy::stopUnderWay()
{
    QFETCH(const Policy, policy);
    Lifeline lifeline;
    {
        Process process;
        process.setDestructionPolicy(policy);
        process.setStopGrace(50ms);
        startAndAwait(process, lifeline, "ignore 15 session sleep");
        process.stop();
    }
    QVERIFY(lifeline.comesToBeCut());
}

// Destroying with Kill ends a pending grace period.
void tst_DestructionPolicy::graceIsCutShort()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    {
        Process process;
        process.setSignalScope(scope);
        process.setStopGrace(1h);
        startAndAwait(process, lifeline, "ignore 15 session sleep");
        process.stop();
        QVERIFY(!process.waitForFinished(10));
    }
    QVERIFY(lifeline.comesToBeCut());
}

// The keeper's thread looks at a child that it could not kill once a second. When the object went, a
// child that had ended was collected that late, too.
void tst_DestructionPolicy::killWasRefused()
{
    const QByteArray result = ::inForkedCopy([]() -> QByteArray {
        auto process = std::make_unique<Process>();
        process->setDestructionPolicy(Policy::Kill);
        process->setStopGrace(0ms);
        process->start(u"/bin/cat"_s, {});
        if (!process->waitForStarted())
            return "not started";
        if (!refuse({{SYS_pidfd_send_signal, EPERM}, {SYS_kill, EPERM}}))
            return "no filter";
        process->stop();
        QThread::msleep(1300); // After 1.023 s it looks for the tenth time.
        const auto pid = static_cast<id_t>(process->processId());
        process->closeWriteChannel();
        siginfo_t info; // The SIGCHLD backend may have collected it.
        waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
        QElapsedTimer timer;
        timer.start();
        process.reset();
        if (!eventually([] { return !hasChildren(); }))
            return "left";
        return timer.elapsed() < 500 ? "collected" : "collected late";
    });
    if (result == "no filter")
        QSKIP("No system call can be refused here.");
    QCOMPARE(result, "collected");
}

void tst_DestructionPolicy::walkIsUnderWay_data()
{
    QTest::addColumn<bool>("hasEnded");
    QTest::newRow("while the child runs") << false;
    QTest::newRow("after its end") << true;
}

// The keeper walks through the tree under a lock. The destructor waited for this lock after the child's
// end.
void tst_DestructionPolicy::walkIsUnderWay()
{
    if (!canHoldMembers())
        QSKIP("Without pidfds there is no walk.");
    QFETCH(const bool, hasEnded);
    const TestCgroups::Refusal refusal(true);
    Lifeline lifeline;
    auto process = std::make_unique<Process>();
    process->setSignalScope(Scope::Tree);
    process->setStopGrace(0ms);
    startAndAwait(*process, lifeline, "ignore 15 branch same session eof 8 write 1 9 sleep");
    {
        const HeldWalk walk;
        process->stop();
        QVERIFY(eventually(&HeldWalk::isHeld));
        if (hasEnded) {
            ::kill(static_cast<pid_t>(process->processId()), SIGKILL);
            QVERIFY(process->waitForFinished());
            QVERIFY(HeldWalk::isHeld());
        }
        process.reset();
        QVERIFY(HeldWalk::isHeld());
    }
    QVERIFY(lifeline.comesToBeCut());
}

// As many children as descriptors allow, up to two hundred.
int tst_DestructionPolicy::childCount()
{
    rlimit limit = {};
    getrlimit(RLIMIT_NOFILE, &limit);
    return isUnderThreadSanitizer ? 100 : static_cast<int>(std::min<rlim_t>(limit.rlim_cur - 100, 200));
}

void tst_DestructionPolicy::many_data()
{
    QTest::addColumn<Policy>("policy");
    QTest::addColumn<QString>("command");
    QTest::newRow("kill") << Policy::Kill << u"sleep"_s;
    QTest::newRow("stop, obeyed") << Policy::Stop << u"sleep"_s;
    QTest::newRow("stop, ignored") << Policy::Stop << u"ignore 15 sleep"_s;
    QTest::newRow("leave running") << Policy::LeaveRunning << u"sleep"_s;
}

void tst_DestructionPolicy::many()
{
    QFETCH(const Policy, policy);
    QFETCH(const QString, command);
    const int count = childCount();
    Lifeline lifeline;
    ForkFd::LaunchOptions options;
    options.fileDescriptors = {lifeline.asDescriptor()};
    std::vector<std::unique_ptr<Process>> processes;
    for (int i = 0; i < count; ++i) {
        processes.push_back(std::make_unique<Process>());
        Process &process = *processes.back();
        process.setProcessChannelMode(Process::ForwardedChannels);
        process.setInputChannelMode(Process::ForwardedInputChannel);
        process.setLaunchOptions(options);
        process.setDestructionPolicy(policy);
        process.setStopGrace(200ms);
        process.start(childProgram(), command.split(u' '));
        QVERIFY2(process.waitForStarted(), qPrintable(process.errorString()));
    }
    lifeline.letGo();
    QElapsedTimer timer;
    timer.start();
    processes.clear();
    QVERIFY(timer.elapsed() < 20000);
    if (policy == Policy::LeaveRunning)
        lifeline.cut();
    else
        QVERIFY(lifeline.comesToBeCut());
}

void tst_DestructionPolicy::threadEnds()
{
    Lifeline lifeline;
    const std::unique_ptr<QThread> thread(QThread::create([&lifeline] {
        auto *process = new Process;
        process->setDestructionPolicy(Policy::Stop);
        process->setStopGrace(50ms);
        startAndAwait(*process, lifeline, "ignore 15 session sleep");
        process->deleteLater(); // Runs at the thread's end.
    }));
    thread->start();
    QVERIFY(thread->wait(60000));
    QVERIFY(lifeline.comesToBeCut());
}

void tst_DestructionPolicy::endedAlready()
{
    Lifeline lifeline;
    {
        Process process;
        process.setSignalScope(Scope::Group);
        startAndAwait(process, lifeline, "session heir 0 eof 8 write 1 9 sleep");
        QVERIFY(ends(process));
    }
    // Destruction does not touch the descendants of an ended child.
    QVERIFY(lifeline.isAnsweredBy(1));
    lifeline.cut();
}

// The object in a forked copy is not the child's owner.
void tst_DestructionPolicy::inForkedCopy()
{
    QFETCH(const Policy, policy);
    Lifeline lifeline;
    auto process = std::make_unique<Process>();
    process->setDestructionPolicy(policy);
    process->setSignalScope(Scope::Group);
    process->setStopGrace(1h);
    startAndAwait(*process, lifeline, "ignore 15 session echo");
    process->stop();
    QCOMPARE(::inForkedCopy([&] {
                 process->sendSignal(SIGKILL);
                 process->stop();
                 process.reset();
                 Process own;
                 own.start(childProgram(), words("ignore 15 session sleep"));
                 own.waitForReadyRead();
                 own.setStopGrace(1ms);
                 own.stop();
                 own.waitForFinished();
                 return text(own.exitInfo());
             }),
             "killed by SIGKILL");
    QVERIFY(!lifeline.isCut());
    process->kill();
    QVERIFY(process->waitForFinished());
}

void tst_DestructionPolicy::warning_data()
{
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QString>("command");
    QTest::addColumn<bool>("warns");
    QTest::newRow("none chosen") << QString() << u"session sleep"_s << true;
    QTest::newRow("kill") << u"Kill"_s << u"session sleep"_s << false;
    QTest::newRow("stop") << u"Stop"_s << u"session sleep"_s << false;
    QTest::newRow("leave") << u"LeaveRunning"_s << u"session echo"_s << false;
    QTest::newRow("ended already") << QString() << u"session exit 0"_s << false;
}

namespace {

QStringList warnings; // clazy:exclude=non-pod-global-static

void keepWarning(QtMsgType, const QMessageLogContext &context, const QString &message)
{
    warnings += QString::fromLatin1(context.category) + u": "_s + message;
}

} // namespace

// A kill that the program has not asked for is reported with QProcess's warning.
void tst_DestructionPolicy::warning()
{
    QFETCH(const QString, policy);
    QFETCH(const QString, command);
    QFETCH(const bool, warns);
    Lifeline lifeline;
    auto process = std::make_unique<Process>();
    QCOMPARE(process->destructionPolicy(), Policy::Kill);
    if (!policy.isEmpty()) {
        const auto meta = QMetaEnum::fromType<Policy>();
        process->setDestructionPolicy(static_cast<Policy>(meta.keyToValue(qPrintable(policy))));
    }
    startAndAwait(*process, lifeline, qPrintable(command));
    if (command.contains(u"exit"_s)) {
        siginfo_t info; // waitid() fails if SIGCHLD's handler reaps the child.
        waitid(P_PID, static_cast<id_t>(process->processId()), &info, WEXITED | WNOWAIT);
        process->sendSignal(0); // Waits until the handler has done so.
    }
    warnings.clear();
    const auto previous = qInstallMessageHandler(keepWarning);
    process.reset();
    qInstallMessageHandler(previous);
    const QString text =
        u"forkfd.childprocess: QProcess: Destroyed while process (\"%1\") is still running."_s;
    QCOMPARE(warnings, warns ? QStringList(text.arg(childProgram())) : QStringList());
    lifeline.cut();
}

void tst_DestructionPolicy::processEnds_data()
{
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QString>("scope");
    QTest::addColumn<QString>("when");
    for (const QString &policy : {u"kill"_s, u"stop"_s, u"leave"_s}) {
        for (const QString &scope : {u"process"_s, u"group"_s, u"tree"_s}) {
            for (const QString &when : {u"before"_s, u"exit"_s})
                QTest::addRow("%s, %s, %s", qPrintable(policy), qPrintable(scope), qPrintable(when))
                    << policy << scope << when;
        }
    }
}

// A child under stop() does not outlive the process, which does not wait for the hour of grace.
void tst_DestructionPolicy::processEnds()
{
    QFETCH(const QString, policy);
    QFETCH(const QString, scope);
    QFETCH(const QString, when);
    Lifeline lifeline;
    ForkFd::LaunchOptions options;
    options.fileDescriptors = lifeline.descriptors();
    Process leaver;
    leaver.setLaunchOptions(options);
    leaver.start(QStringLiteral(FORKFD_TEST_LEAVER), {policy, scope, when});
    lifeline.letGo();
    const qint64 pid = leaver.processId();
    QVERIFY(leaver.waitForFinished());
    QCOMPARE(text(leaver.exitInfo()), "exited with code 0");
    if (policy == u"leave") {
        QVERIFY(lifeline.isAnsweredBy(1));
        lifeline.cut();
        for (const QString &cgroup : TestCgroups::left(pid)) // The leaver would have removed it.
            TestCgroups::remove(cgroup);
    } else {
        QCOMPARE(TestCgroups::left(pid), QStringList());
        QVERIFY(lifeline.comesToBeCut());
    }
}

QTEST_GUILESS_MAIN(tst_DestructionPolicy)
#include "tst_destructionpolicy.moc"
