// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "sigchldhandler.h"

#include <pthread.h>

namespace {

std::atomic<bool> isCancelled;
std::atomic<bool> isSignalled;

void *work(void *)
{
    while (!isCancelled) { } // No cancellation point.
    raise(SIGCHLD);
    isSignalled = true;
    pthread_testcancel();
    return nullptr;
}

void waits(int)
{
    usleep(1); // A cancellation point.
}

} // namespace

/// A thread that is being cancelled gets SIGCHLD. Our handler waits and writes, and either would end the
/// thread in the middle of it: that killed the whole program.
class tst_CancelledThread : public SigChldTest
{
    Q_OBJECT

private Q_SLOTS:
    void handlerIsNoCancellationPoint();
    void predecessorMayBeOne();

private:
    void cancelWorker();
};

void tst_CancelledThread::cancelWorker()
{
    isCancelled = isSignalled = false;
    pthread_t thread;
    QCOMPARE(pthread_create(&thread, nullptr, work, nullptr), 0);
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

void tst_CancelledThread::predecessorMayBeOne()
{
    if (isUnderThreadSanitizer)
        QSKIP("The sanitizer calls all handlers from one of its own, which nothing unwinds through.");
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

int main(int argc, char **argv)
{
    return SigChldTest::run<tst_CancelledThread>(argc, argv);
}
#include "tst_cancelledthread.moc"
