// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include <atomic>
#include <thread>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

using namespace ForkFd;

namespace {

/// A thread that waits for a child. The test can see that it waits.
class Waiter
{
public:
    Waiter(int ffd, int options)
        : m_thread([this, ffd, options] {
            m_id = ::gettid();
            m_end = ForkFdTest::wait(ffd, options);
        })
    {
    }

    bool isWaiting() const { return ForkFdTest::isInPoll(m_id); }
    pthread_t handle() { return m_thread.native_handle(); }
    QByteArray end()
    {
        m_thread.join();
        return m_end;
    }

private:
    std::atomic<pid_t> m_id = 0;
    QByteArray m_end;
    std::thread m_thread;
};

} // namespace

/// Several threads use one descriptor.
/// Holds: B3 (cancelledWhileItWaits), F2.
class tst_ForkFdThreads : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void allGetTheAnswer_data();
    void allGetTheAnswer();
    void closedWhileOneWaits_data() { addStarterRows(); }
    void closedWhileOneWaits();
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
