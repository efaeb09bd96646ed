// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "backgroundtest.h"
#include "lifeline.h"
#include "systemcallfilter.h"

#include <QtCore/QTemporaryFile>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <dlfcn.h>
#include <pthread.h>
#include <sys/wait.h>

using ForkFd::LaunchOptions;
using ForkFd::StartError;

namespace {

std::atomic<void (*)()> duringAtExit = nullptr;

} // namespace

// Replaces the function behind atexit() for the library, too.
extern "C" int __cxa_atexit(void (*function)(void *), void *argument, void *object) noexcept
{
    if (const auto during = duringAtExit.exchange(nullptr))
        during();
    static const auto real = reinterpret_cast<decltype(&__cxa_atexit)>(dlsym(RTLD_NEXT, "__cxa_atexit"));
    return real(function, argument, object);
}

/// Background starts in forked copies of the process, and at its exit.
/// Holds: L15, H15.
class tst_BackgroundCopy : public BackgroundTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void exitOfTheProcess_data();
    void exitOfTheProcess();
    void exitOfACancelledThread();
    void startDuringTheExit();
    void forkedCopy();
    void forkedCopyClosesDescriptors();
    void forkWhileAHandlerIsRegistered();
    void killedInTheExecByNumber();
};

void tst_BackgroundCopy::initTestCase()
{
    if (isUnderThreadSanitizer)
        QSKIP(
            "ThreadSanitizer does not support new threads in a forked copy of a process with threads.");
    setPath();
    HeldSystemCall probe(SYS_execve);
    if (!probe.isPossible())
        QSKIP("This system cannot hold up a system call (seccomp(2), Linux 5.5).");
}

void tst_BackgroundCopy::exitOfTheProcess_data()
{
    addMoments();
}

// The process exits at once, and no child outlives it.
void tst_BackgroundCopy::exitOfTheProcess()
{
    QFETCH(const int, moment);
    Lifeline lifeline;
    const QByteArray result = ::inForkedCopy([&lifeline, moment]() -> QByteArray {
        HeldSystemCall held(callOf(Moment(moment)));
        auto process = startHeld(held, u"child"_s, "sleep", [&lifeline](Process &it) {
            LaunchOptions options;
            options.fileDescriptors = {lifeline.asDescriptor()};
            it.setLaunchOptions(options);
        });
        static_cast<void>(process.release()); // No destructor.
        held.await();
        std::exit(0);
    });
    lifeline.letGo();
    QCOMPARE(result, QByteArray());
    QVERIFY(lifeline.comesToBeCut());
}

// It was std::terminate() with SIGCHLD: cancellation in waitid(2) unwound through a noexcept function.
void tst_BackgroundCopy::exitOfACancelledThread()
{
    Lifeline lifeline;
    const QByteArray result = ::inForkedCopy([&lifeline]() -> QByteArray {
        // Cancellation is on while the library's function is called, which is registered in between.
        std::atexit([] { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr); });
        HeldSystemCall exec(SYS_execve);
        auto process = startHeld(exec, u"child"_s, "sleep", [&lifeline](Process &it) {
            LaunchOptions options;
            options.fileDescriptors = {lifeline.asDescriptor()};
            it.setLaunchOptions(options);
        });
        static_cast<void>(process.release()); // No destructor.
        exec.await();
        ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
        ::pthread_cancel(::pthread_self());
        std::atexit([] { ::pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, nullptr); });
        std::exit(0);
    });
    lifeline.letGo();
    QCOMPARE(result, QByteArray());
    QVERIFY(lifeline.comesToBeCut());
}

// Static objects are destroyed after that.
void tst_BackgroundCopy::startDuringTheExit()
{
    TestPipe pipe;
    const QByteArray result = ::inForkedCopy([&pipe]() -> QByteArray {
        static const TestPipe *report = &pipe;
        std::atexit([] { // Before the library's function is registered, so it is called later.
            Process process;
            process.setStartMode(Process::StartMode::Background);
            process.start(childProgram(), words("exit 3"));
            report->write(text(process.startError()));
        });
        Process process;
        process.setStartMode(Process::StartMode::Background);
        process.start(childProgram(), words("exit 3"));
        process.waitForFinished();
        std::exit(0);
    });
    QCOMPARE(result, QByteArray());
    pipe.closeWriteEnd();
    QCOMPARE(pipe.readAll(), text(StartError{"clone", EAGAIN}));
}

// A copy of the object does not touch the start.
void tst_BackgroundCopy::forkedCopy()
{
    HeldSystemCall exec(SYS_execve);
    auto process = startHeld(exec, childProgram(), "exit 3");
    QVERIFY(exec.await());
    const QByteArray result = ::inForkedCopy([&process]() -> QByteArray {
        process->kill();
        process->stop();
        const bool isFinished = process->waitForFinished(1000);
        QByteArray answer = isFinished ? "finished" : text(process->startError());
        process.reset();
        return answer;
    });
    QCOMPARE(result, text(StartError{"canceled", ECANCELED}));
    QCOMPARE(process->state(), Process::Starting);
    exec.letGo();
    QVERIFY(process->waitForFinished());
    QCOMPARE(process->exitCode(), 3);
}

// The thread of the start does not exist in the copy, and holds one end of each pipe.
void tst_BackgroundCopy::forkedCopyClosesDescriptors()
{
    const auto openDescriptors = [] {
        return QByteArray::number(ProcessState::now().descriptors.size());
    };
    TestPipe pipe;
    Fifo fifo;
    QTemporaryFile output;
    QVERIFY(output.open());
    const QByteArray before = ::inForkedCopy(openDescriptors);
    auto process = std::make_unique<Process>();
    LaunchOptions options;
    options.fileDescriptors = {{8, pipe.writeEnd()}};
    process->setLaunchOptions(options);
    process->setStartMode(Process::StartMode::Background);
    process->setStandardOutputFile(output.fileName());
    process->setStandardInputFile(fifo.name());
    process->start(childProgram(), words("exit 3"));
    // AddressSanitizer's allocator has locks that a thread may hold during a fork. Here it holds none.
    QVERIFY(eventually([] { return startsGoOn(QByteArray::number(SYS_openat)); }));
    const QByteArray result = ::inForkedCopy([&]() -> QByteArray {
        process.reset();
        return openDescriptors();
    });
    QCOMPARE(result, before);
    fifo.letGo();
    QVERIFY(process->waitForFinished());
    QCOMPARE(process->exitCode(), 3);
}

// atexit(3) holds a lock that exit(3) takes in the copy. So fork() waits until the library's first start
// has registered its handler.
void tst_BackgroundCopy::forkWhileAHandlerIsRegistered()
{
    const QByteArray result = ::inForkedCopy([]() -> QByteArray {
        static std::atomic<bool> isRegistering = false;
        static std::atomic<bool> hasForked = false;
        static std::atomic<pid_t> forker = 0;
        static int status = -1;
        std::thread thread([] {
            forker = gettid();
            while (!isRegistering)
                std::this_thread::yield();
            const pid_t copy = fork();
            if (copy == 0)
                _exit(isRegistering ? 1 : 0);
            hasForked = true;
            waitpid(copy, &status, 0);
        });
        duringAtExit = [] {
            while (forker == 0)
                std::this_thread::yield();
            QFile state(QStringLiteral("/proc/self/task/%1/stat").arg(forker.load()));
            const bool isOpen = state.open(QIODevice::ReadOnly | QIODevice::Unbuffered);
            isRegistering = true;
            while (!hasForked && !(isOpen && state.readAll().contains(") S ")))
                state.seek(0);
            isRegistering = false;
        };
        Process process;
        process.setStartMode(Process::StartMode::Background);
        process.start(childProgram(), words("exit 3"));
        process.waitForFinished();
        thread.join();
        return QByteArray::number(process.exitCode()) + ", " + QByteArray::number(status);
    });
    QCOMPARE(result, "3, 0");
}

// Docker's profile before 20.10 has no clone3 and no pidfd_send_signal. The child is found by its
// number.
void tst_BackgroundCopy::killedInTheExecByNumber()
{
    const QByteArray result =
        ::inRefusedCopy({{SYS_clone3, ENOSYS}, {SYS_pidfd_send_signal, EPERM}, {SYS_pidfd_open, EPERM}},
                        []() -> QByteArray {
                            HeldSystemCall exec(SYS_execve);
                            const auto process = startHeld(exec, childProgram(), "exit 3");
                            exec.await();
                            process->kill();
                            QByteArray answer =
                                process->waitForFinished(60000) ? text(process->exitInfo()) : "lives on";
                            exec.letGo();
                            process->waitForFinished();
                            return answer;
                        });
    QCOMPARE(result, "killed by SIGKILL");
}

QTEST_GUILESS_MAIN(tst_BackgroundCopy)
#include "tst_backgroundcopy.moc"
