// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"
#include "sigchldhandler.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<bool> isReady;
std::atomic<bool> isCancelled;
std::atomic<bool> isSignalled;

void *work(void *)
{
    isReady = true;
    while (!isCancelled) { } // No cancellation point.
    raise(SIGCHLD);
    isSignalled = true;
    pthread_testcancel();
    return nullptr;
}

thread_local bool isCancelledInHandler = false;
std::atomic<pid_t> childToLookAt;

void *workCancelledAnywhere(void *)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, nullptr);
    isCancelledInHandler = true;
    siginfo_t info = {};
    info.si_code = SI_QUEUE;
    info.si_pid = childToLookAt;
    syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGCHLD, &info);
    isSignalled = true; // Not reached: the thread was cancelled.
    return nullptr;
}

std::atomic<int> callCount;

void countCall(int)
{
    ++callCount;
}

volatile bool isSpinning = true;

void spins(int)
{
    isReady = true;
    while (isSpinning) { } // No cancellation point.
}

void *raiseCancelledAnywhere(void *)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, nullptr);
    raise(SIGCHLD);
    return nullptr; // Not reached: the thread was cancelled.
}

void waits(int)
{
    usleep(1); // A cancellation point.
}

} // namespace

#ifdef FORKFD_TEST_INTERPOSES
// Interposes libc's function: holds the handler until its thread was cancelled.
extern "C" int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    const auto result = syscall(SYS_waitid, type, id, info, options, nullptr);
    if (isCancelledInHandler) // Other threads call this, too.
        isReady = true;
    while (isCancelledInHandler && !isCancelled) { }
    return static_cast<int>(result);
}
#endif

/// A thread with a pending cancellation gets SIGCHLD. Our handler waits and writes. Either call is a
/// cancellation point, and cancellation in the handler ended the whole program.
/// Holds: B3, S14.
class tst_CancelledThread : public SigChldTest
{
    Q_OBJECT

private Q_SLOTS:
    void handlerIsNoCancellationPoint();
    void predecessorMayBeACancellationPoint();
    void mayBeCancelledAnywhere();
    void predecessorMayBeCancelledAnywhere();

private:
    void cancelWorker(void *(*worker)(void *) = work);
};

void tst_CancelledThread::cancelWorker(void *(*worker)(void *))
{
    isReady = isCancelled = isSignalled = false;
    pthread_t thread;
    QCOMPARE(pthread_create(&thread, nullptr, worker, nullptr), 0);
    while (!isReady) { }
    QCOMPARE(pthread_cancel(thread), 0);
    isCancelled = true;
    void *result = nullptr;
    QCOMPARE(pthread_join(thread, &result), 0);
    QCOMPARE(result, PTHREAD_CANCELED);
}

void tst_CancelledThread::handlerIsNoCancellationPoint()
{
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    for (int i = 0; i < 20; ++i) {
        cancelWorker();
        QVERIFY(isSignalled);
    }
    QVERIFY(process->sendSignal(SIGKILL));
    QVERIFY(process->wait(std::chrono::seconds(10)));
}

void tst_CancelledThread::predecessorMayBeACancellationPoint()
{
    if (isUnderThreadSanitizer)
        QSKIP("The sanitizer calls each handler from its own handler, which cannot be unwound.");
    const SigChldAction foreign(waits);
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    cancelWorker();
    QVERIFY(!isSignalled);
    QVERIFY(process->sendSignal(SIGKILL));
    const auto info = process->wait(std::chrono::seconds(10));
    QVERIFY(info);
    QCOMPARE(info->signal, SIGKILL);
}

// With PTHREAD_CANCEL_ASYNCHRONOUS the unwinding began in a destructor of the handler and ended the
// program.
void tst_CancelledThread::mayBeCancelledAnywhere()
{
#ifndef FORKFD_TEST_INTERPOSES
    QSKIP("Under a sanitizer no test can put a waitid() in the place of libc's.");
#endif
    if (!usesSigChld())
        QSKIP("There is no handler of ours.");
    const SigChldAction foreign(countCall);
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    childToLookAt = process->pid();
    callCount = 0;
    for (int i = 1; i <= 20; ++i) {
        cancelWorker(workCancelledAnywhere);
        QVERIFY(!isSignalled);
        QCOMPARE(callCount.load(), i); // The predecessor still gets the signal.
    }
    QVERIFY(process->sendSignal(SIGKILL));
    QVERIFY(process->wait(std::chrono::seconds(10)));
}

// The thread was only cancelled when the predecessor returned, which this one never does.
void tst_CancelledThread::predecessorMayBeCancelledAnywhere()
{
    if (isUnderThreadSanitizer)
        QSKIP("The sanitizer calls each handler from its own handler, which cannot be unwound.");
    const SigChldAction foreign(spins);
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    for (int i = 0; i < 20; ++i)
        cancelWorker(raiseCancelledAnywhere);
    isSpinning = false; // The signal for the child's end may reach this handler.
    QVERIFY(process->sendSignal(SIGKILL));
    QVERIFY(process->wait(std::chrono::seconds(10)));
    isSpinning = true;
}

int main(int argc, char **argv)
{
    return SigChldTest::run<tst_CancelledThread>(argc, argv);
}
#include "tst_cancelledthread.moc"
