// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "attributes.h"
#include "childprocesstest.h"
#include "forkedcopy.h"
#include "lifeline.h"
#include "startthreads.h"

#include <thread>

/// What a background start takes from the thread that calls start(), and what its own thread must not
/// change.
/// Holds: H15 (inherits), L10 (dieWithParent).
class tst_BackgroundCaller : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void inherits();
    void dieWithParent();

private:
    static QByteArray outputOf(const char *command, Process::StartMode mode)
    {
        Process process;
        process.setStartMode(mode);
        process.start(childProgram(), words(command));
        return process.waitForFinished(-1) ? process.readAll() : process.errorString().toLocal8Bit();
    }
};

// The attributes of one thread, which differ from those of the others.
void tst_BackgroundCaller::inherits()
{
    constexpr auto command = "privileges nice processors";
    const QByteArray ours = outputOf(command, Process::StartMode::Background);
    QByteArray direct;
    QByteArray background;
    std::thread([&] {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nicer(3));
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(sched_getcpu(), &one);
        sched_setaffinity(0, sizeof one, &one);
        direct = outputOf(command, Process::StartMode::Direct);
        background = outputOf(command, Process::StartMode::Background);
    }).join();
    QCOMPARE(background, direct);
    QVERIFY(background != ours);
    QCOMPARE(outputOf(command, Process::StartMode::Background), ours);
}

// For the kernel, the thread that made the child is its parent. The thread of the start ends after the
// exec, and the child must live on until the process ends.
void tst_BackgroundCaller::dieWithParent()
{
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP("POSIX knows nothing of this.");
    if (isUnderThreadSanitizer)
        QSKIP(
            "ThreadSanitizer does not support new threads in a forked copy of a process with threads.");
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&lifeline]() -> QByteArray {
        auto *process = new Process; // The copy ends without destructors.
        process->setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor()}, .dieWithParent = true});
        process->setStartMode(Process::StartMode::Background);
        process->start(childProgram(), words("deathsignal echo sleep"));
        if (!process->waitForStarted() || !eventually([] { return !startsGoOn(); }))
            return process->errorString().toLocal8Bit();
        process->write("lives");
        process->closeWriteChannel();
        QByteArray output;
        while (!output.endsWith('\n') && process->waitForReadyRead())
            output += process->readAll();
        return output;
    });
    lifeline.letGo();
    const bool hasEnded = lifeline.comesToBeCut();
    lifeline.cut();
    QCOMPARE(result, "lives9\n"); // The helper keeps the number in a buffer until it sleeps.
    QVERIFY(hasEnded);
}

QTEST_GUILESS_MAIN(tst_BackgroundCaller)
#include "tst_backgroundcaller.moc"
