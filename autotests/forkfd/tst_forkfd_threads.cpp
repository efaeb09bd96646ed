// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"
#include "temporarychange.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <thread>

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ForkFd;

namespace {

std::atomic<bool> areInodesShared;
std::atomic<pid_t> waitingThread;
std::atomic<int> pauses; ///< Of that thread.
std::atomic<int> signalsHandled;

} // namespace

#ifdef FORKFD_TEST_INTERPOSES

// Replaces fstat() for the library, too: before Linux 6.9 all pidfds have one inode.
extern "C" __attribute__((visibility("default"))) int fstat(int fd, struct stat *status) noexcept
{
    const int result = fstatat(fd, "", status, AT_EMPTY_PATH);
    if (areInodesShared)
        status->st_ino = 1;
    return result;
}

// Replaces nanosleep() for the library, too.
extern "C" __attribute__((visibility("default"))) int nanosleep(const timespec *time, timespec *rest)
{
    if (gettid() == waitingThread)
        ++pauses;
    errno = clock_nanosleep(CLOCK_REALTIME, 0, time, rest);
    return errno == 0 ? 0 : -1;
}

#endif

namespace {

/// A thread that waits for a child. The test can see that it waits.
class Waiter
{
public:
    Waiter(int ffd, int options)
        : m_thread([this, ffd, options] {
            m_id = ::gettid();
            m_end = ForkFdTest::wait(ffd, options);
            m_hasEnded = true;
        })
    {
    }

    pid_t id() const { return m_id; }
    bool hasEnded() const { return m_hasEnded; }
    bool isWaiting() const { return ForkFdTest::isInPoll(m_id); }
    pthread_t handle() { return m_thread.native_handle(); }
    QByteArray end()
    {
        m_thread.join();
        return m_end;
    }

private:
    std::atomic<pid_t> m_id = 0;
    std::atomic<bool> m_hasEnded = false;
    QByteArray m_end;
    std::thread m_thread;
};

} // namespace

/// Several threads use one descriptor.
/// Holds: B3 (cancelledWhileItWaits), F2, F4 (reusedWhileOneWaits).
class tst_ForkFdThreads : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void allGetTheAnswer_data();
    void allGetTheAnswer();
    void closedWhileOneWaits_data() { addStarterRows(); }
    void closedWhileOneWaits();
    void reusedWhileOneWaits();
    void signalsWhileOneWaits();
    void cancelledWhileItWaits();
    void waitsAndCloseAtOnce();
};

void tst_ForkFdThreads::allGetTheAnswer_data()
{
    QTest::addColumn<QList<int>>("options");
    QTest::newRow("two that collect") << QList<int>{0, 0};
    QTest::newRow("one collects, one looks") << QList<int>{0, FFDW_NOWAIT};
    QTest::newRow("eight") << QList<int>{0, FFDW_NOWAIT, 0, FFDW_NOWAIT, 0, 0, FFDW_NOWAIT, FFDW_NOWAIT};
}

void tst_ForkFdThreads::allGetTheAnswer()
{
    QFETCH(QList<int>, options);
    Leash leash;
    const int ffd = startOnLeash(Starter::Fork, leash, 17);
    std::vector<std::unique_ptr<Waiter>> waiters;
    for (const int option : options)
        waiters.push_back(std::make_unique<Waiter>(ffd, option));
    for (const auto &waiter : waiters)
        QTRY_VERIFY(waiter->isWaiting());
    leash.end();
    for (const auto &waiter : waiters)
        QCOMPARE(waiter->end(), "exited 17");
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdThreads::closedWhileOneWaits()
{
    QFETCH(Starter, starter);
    Leash leash;
    const int ffd = startOnLeash(starter, leash, 17);
    Waiter waiter(ffd, 0);
    QTRY_VERIFY(waiter.isWaiting());
    QCOMPARE(forkfd_close(ffd), 0);
    QCOMPARE(wait(ffd), "EINVAL");
    QCOMPARE(forkfd_close(ffd), -1);
    leash.end();
    QCOMPARE(waiter.end(), "exited 17");
    QCOMPARE(::fcntl(ffd, F_GETFD), -1);
}

// The new child's descriptor once looked like the old one, and the thread waited for ever. poll(2) looks
// at the number again when it is woken, so that only a signal ends it.
void tst_ForkFdThreads::reusedWhileOneWaits()
{
#ifndef FORKFD_TEST_INTERPOSES
    QSKIP("A sanitizer has replaced the functions of libc.");
#endif
    const TemporaryAction none(SIGUSR1, [](int) {});
    areInodesShared = true;
    Leash firstLeash;
    Leash secondLeash;
    pid_t first;
    const int ffd = startOnLeash(Starter::Fork, firstLeash, 17, FFD_CLOEXEC, &first);
    Waiter waiter(ffd, 0);
    QTRY_VERIFY(waiter.isWaiting());
    ::close(ffd);
    QCOMPARE(startOnLeash(Starter::Fork, secondLeash, 18), ffd);
    firstLeash.end();
    pthread_kill(waiter.handle(), SIGUSR1);
    QTRY_VERIFY(waiter.hasEnded());
    QCOMPARE(waiter.end(), "EBADF");
    if (backend() == Backend::PidFd)
        QCOMPARE(::waitpid(first, nullptr, 0), first); // The library does not reap it.
    secondLeash.end();
    QCOMPARE(wait(ffd), "exited 18");
    QCOMPARE(forkfd_close(ffd), 0);
    areInodesShared = false;
}

// After a signal the thread once slept for up to 64 ms, as if a tracer held the child.
void tst_ForkFdThreads::signalsWhileOneWaits()
{
#ifndef FORKFD_TEST_INTERPOSES
    QSKIP("A sanitizer has replaced the functions of libc.");
#endif
    const TemporaryAction count(SIGUSR1, [](int) { ++signalsHandled; });
    Leash leash;
    const int ffd = startOnLeash(Starter::Fork, leash, 17);
    Waiter waiter(ffd, 0);
    for (int sent = 1; sent <= 5; ++sent) {
        QTRY_VERIFY(waiter.isWaiting());
        waitingThread = waiter.id();
        pthread_kill(waiter.handle(), SIGUSR1);
        QTRY_COMPARE(signalsHandled.load(), sent);
    }
    QTRY_VERIFY(waiter.isWaiting());
    const int pausesNow = pauses;
    leash.end();
    QCOMPARE(waiter.end(), "exited 17");
    QCOMPARE(forkfd_close(ffd), 0);
    QCOMPARE(pausesNow, 0);
}

// A cancelled thread gives back its reference to the record.
void tst_ForkFdThreads::cancelledWhileItWaits()
{
    Leash leash;
    const int ffd = startOnLeash(Starter::Fork, leash, 17);
    {
        Waiter waiter(ffd, 0);
        QTRY_VERIFY(waiter.isWaiting());
        ::pthread_cancel(waiter.handle());
        waiter.end();
    }
    leash.end();
    QCOMPARE(wait(ffd), "exited 17");
    QCOMPARE(forkfd_close(ffd), 0);
    QCOMPARE(::fcntl(ffd, F_GETFD), -1);
}

void tst_ForkFdThreads::waitsAndCloseAtOnce()
{
    // While the keeper watches this child, it opens no descriptor, which could get a closed one's
    // number.
    Leash leash;
    QCOMPARE(forkfd_close(startOnLeash(Starter::Fork, leash, 17)), 0);
    for (int round = 0; round < 200; ++round) {
        const int ffd = startEnding({"exit", "17"});
        QVERIFY(ffd >= 0);
        std::atomic<int> wrong = 0;
        const auto hammer = [ffd, &wrong](int option) {
            QByteArray answer;
            do {
                answer = wait(ffd, option);
                if (answer != "exited 17" && answer != "EAGAIN" && answer != "EINVAL"
                    && answer != "EBADF")
                    ++wrong;
            } while (answer == "EAGAIN");
        };
        std::thread first(hammer, FFDW_NOHANG | FFDW_NOWAIT);
        std::thread second(hammer, FFDW_NOHANG);
        std::thread third(hammer, 0);
        QCOMPARE(forkfd_close(ffd), 0);
        first.join();
        second.join();
        third.join();
        QCOMPARE(wrong, 0);
        QCOMPARE(::fcntl(ffd, F_GETFD), -1);
    }
}

QTEST_GUILESS_MAIN(tst_ForkFdThreads)
#include "tst_forkfd_threads.moc"
