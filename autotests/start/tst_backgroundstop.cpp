// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "backgroundtest.h"
#include "lifeline.h"
#include "systemcallfilter.h"
#include "temporarychange.h"

#include <QtCore/QDir>
#include <QtCore/QFile>

#include <cerrno>
#include <chrono>
#include <csignal>

#include <sys/syscall.h>
#include <unistd.h>

using ForkFd::LaunchOptions;
using namespace std::chrono_literals;

namespace {

// In this thread and in those that it starts.
void refuseToMakeDirectories()
{
    refuse({{SYS_mkdirat, EPERM}});
#ifdef SYS_mkdir
    refuse({{SYS_mkdir, EPERM}});
#endif
}

/// Freezes a process in a cgroup of version 1, where not even SIGKILL ends it: its state is D, as behind
/// a file system that is gone. Usually only root may do that.
class Freezer
{
public:
    Freezer() { m_exists = QDir().mkdir(m_path); }
    ~Freezer()
    {
        if (!m_exists)
            return;
        thaw();
        eventually([this] { return rmdir(qPrintable(m_path)) == 0; });
    }
    Freezer(const Freezer &) = delete;
    Freezer &operator=(const Freezer &) = delete;

    bool exists() const { return m_exists; }
    bool freeze(pid_t process)
    {
        return write("cgroup.procs", QByteArray::number(process)) && write("freezer.state", "FROZEN")
            && eventually([this] {
                   QFile file(m_path + u"/freezer.state"_s);
                   return file.open(QFile::ReadOnly) && file.readAll() == "FROZEN\n";
               });
    }
    void thaw() { write("freezer.state", "THAWED"); }

private:
    bool write(const char *name, const QByteArray &text) const
    {
        QFile file(m_path + u'/' + QLatin1String(name));
        return file.open(QFile::WriteOnly | QFile::Unbuffered) && file.write(text) == text.size();
    }

    const QString m_path = u"/sys/fs/cgroup/freezer/forkfd-test-%1"_s.arg(getpid());
    bool m_exists = false;
};

} // namespace

/// A start that is stopped while its child exists and has not executed its program yet.
/// Holds: L15, R11.
class tst_BackgroundStop : public BackgroundTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void goesOnWithoutTheObject();
    void keepsItsGrace();
    void continuesAStoppedChild();
    void signalDoesNotReachTheChild_data();
    void signalDoesNotReachTheChild();
    void doesNotWaitForAWalk_data();
    void doesNotWaitForAWalk();

private:
    static Preparation inheriting(const ForkFd::FileDescriptor &descriptor)
    {
        return [descriptor](Process &process) {
            LaunchOptions options;
            options.fileDescriptors = {descriptor};
            process.setLaunchOptions(options);
        };
    }
};

void tst_BackgroundStop::initTestCase()
{
    HeldSystemCall probe(SYS_execve);
    if (!probe.isPossible())
        QSKIP("This system cannot hold up a system call (seccomp(2), Linux 5.5).");
}

// The object went before the outcome of the start was known, and with it the kill after the grace.
void tst_BackgroundStop::goesOnWithoutTheObject()
{
    const TemporaryAction inherited(SIGTERM, SIG_IGN);
    Lifeline lifeline;
    HeldSystemCall exec(SYS_execve);
    auto process = startHeld(exec, childProgram(), "sleep", inheriting(lifeline.asDescriptor()));
    lifeline.letGo();
    QVERIFY(exec.await());
    process->setDestructionPolicy(Process::DestructionPolicy::LeaveRunning);
    process->setStopGrace(100ms);
    process->stop();
    process.reset();
    exec.letGo();
    QVERIFY(lifeline.comesToBeCut());
    QVERIFY(Process::waitForStopped(1min));
    QVERIFY(startsComeToRest());
}

void tst_BackgroundStop::keepsItsGrace()
{
    const TemporaryAction inherited(SIGTERM, SIG_IGN);
    TestPipe pipe;
    HeldSystemCall exec(SYS_execve);
    auto process = startHeld(exec, childProgram(), "write 1 8", inheriting({8, pipe.writeEnd()}));
    pipe.closeWriteEnd();
    QVERIFY(exec.await());
    process->setDestructionPolicy(Process::DestructionPolicy::Stop);
    process->setStopGrace(1h);
    process->stop();
    process.reset();
    exec.letGo();
    QCOMPARE(pipe.readAll(), "x");
    QVERIFY(startsComeToRest());
}

// A stopped process handles only SIGKILL.
void tst_BackgroundStop::continuesAStoppedChild()
{
    HeldSystemCall exec(SYS_execve);
    const auto process = startHeld(exec, childProgram(), "exit 3");
    QVERIFY(exec.await());
    const pid_t child = exec.holder();
    QCOMPARE(kill(child, SIGSTOP), 0);
    QVERIFY(eventually([child] {
        QFile file(u"/proc/%1/stat"_s.arg(child));
        return file.open(QFile::ReadOnly) && file.readAll().contains(") T ");
    }));
    process->setStopGrace(1h);
    process->stop();
    QVERIFY(process->waitForFinished());
    QCOMPARE(text(process->exitInfo()), "killed by SIGTERM");
    exec.letGo();
}

void tst_BackgroundStop::signalDoesNotReachTheChild_data()
{
    QTest::addColumn<bool>("isDestroyed");
    QTest::newRow("killed") << false;
    QTest::newRow("destroyed") << true;
}

// The object stays Starting, and its destructor does not wait. The signal ends the child later.
void tst_BackgroundStop::signalDoesNotReachTheChild()
{
    QFETCH(const bool, isDestroyed);
    Freezer freezer;
    if (!freezer.exists())
        QSKIP("No cgroup of the freezer (version 1) can be made here.");
    Lifeline lifeline;
    HeldSystemCall exec(SYS_execve);
    auto process = startHeld(exec, childProgram(), "sleep", inheriting(lifeline.asDescriptor()));
    lifeline.letGo();
    QVERIFY(exec.await());
    QVERIFY(freezer.freeze(exec.holder()));
    process->kill();
    QVERIFY(!process->waitForStarted(50));
    QCOMPARE(process->state(), Process::Starting);
    if (isDestroyed)
        process.reset();
    QVERIFY(!lifeline.isCut());
    freezer.thaw();
    if (process) {
        QVERIFY(process->waitForFinished());
        QCOMPARE(text(process->exitInfo()), "killed by SIGKILL");
    }
    QVERIFY(lifeline.comesToBeCut());
    exec.letGo();
    QVERIFY(startsComeToRest());
}

void tst_BackgroundStop::doesNotWaitForAWalk_data()
{
    QTest::addColumn<bool>("isDestroyed");
    QTest::newRow("kill") << false;
    QTest::newRow("destructor") << true;
}

// After the exec the starting thread repeats the stop for the whole tree, and reads /proc.
void tst_BackgroundStop::doesNotWaitForAWalk()
{
    QFETCH(const bool, isDestroyed);
    if (ForkFd::backend() == ForkFd::Backend::SigChld)
        QSKIP("Without pidfds the group is signalled, and there is no walk.");
    const TemporaryAction inherited(SIGTERM, SIG_IGN);
    Lifeline lifeline;
    HeldSystemCall held(SYS_execve, SYS_getdents64);
    auto process = startHeld(held, childProgram(), "sleep", [&lifeline](Process &it) {
        refuseToMakeDirectories(); // A cgroup needs no walk.
        inheriting(lifeline.asDescriptor())(it);
        it.setSignalScope(Process::SignalScope::Tree);
        it.setStopGrace(1h);
        it.setDestructionPolicy(Process::DestructionPolicy::Kill);
    });
    lifeline.letGo();
    for (held.await(); held.holder() > 0 && held.heldNumber() != SYS_execve; held.await())
        held.letHolderGo(); // The library looks for old cgroups first.
    process->stop();
    held.letHolderGo();
    QVERIFY(held.await()); // The walk.
    if (isDestroyed)
        process.reset();
    else
        process->kill();
    held.letGo();
    QVERIFY(lifeline.comesToBeCut());
    process.reset();
    QVERIFY(Process::waitForStopped(1min));
    QVERIFY(startsComeToRest());
}

QTEST_GUILESS_MAIN(tst_BackgroundStop)
#include "tst_backgroundstop.moc"
