// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "backgroundtest.h"
#include "lifeline.h"
#include "temporarychange.h"

#include <chrono>
#include <csignal>

using ForkFd::LaunchOptions;
using namespace std::chrono_literals;

/// A start that is stopped while its child exists and has not executed its program yet.
/// Holds: L15, R11.
class tst_BackgroundStop : public BackgroundTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void goesOnWithoutTheObject();
    void keepsItsGrace();

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

QTEST_GUILESS_MAIN(tst_BackgroundStop)
#include "tst_backgroundstop.moc"
