// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

using namespace ForkFd;

namespace {

// Each function returns whether the descriptor becomes readable within the time, in ms.

bool byPoll(int fd, int timeout)
{
    pollfd entry = {fd, POLLIN, 0};
    const int count = ::poll(&entry, 1, timeout);
    return count == 1 && (entry.revents & POLLIN);
}

bool bySelect(int fd, int timeout)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    timeval time = {timeout / 1000, timeout % 1000 * 1000};
    return ::select(fd + 1, &set, nullptr, nullptr, &time) == 1 && FD_ISSET(fd, &set);
}

bool byEpoll(int fd, int timeout)
{
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event = {EPOLLIN, {}};
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    event.events = 0;
    const int count = ::epoll_wait(epoll, &event, 1, timeout);
    const int savedErrno = errno;
    ::close(epoll);
    errno = savedErrno;
    return count == 1 && (event.events & EPOLLIN);
}

using Poller = std::function<bool(int fd, int timeout)>;

bool becomesReadableBy(const Poller &poller, int fd)
{
    bool isReadable;
    do {
        errno = 0;
        isReadable = poller(fd, 10000);
    } while (!isReadable && errno == EINTR); // The child's SIGCHLD interrupts.
    return isReadable;
}

} // namespace
Q_DECLARE_METATYPE(Poller)

/// The exit descriptor and its duplicates in poll(2), select(2) and epoll(7).
/// Holds: S7.
class tst_ForkFdPoll : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void becomesReadableAtTheEnd_data();
    void becomesReadableAtTheEnd();
    void duplicateIsForPollingOnly();
    void duplicateOutlivesTheDescriptor_data() { addStarterRows(); }
    void duplicateOutlivesTheDescriptor();
    void epollForgetsWhatWasClosed_data() { addStarterRows(); }
    void epollForgetsWhatWasClosed();
};

void tst_ForkFdPoll::becomesReadableAtTheEnd_data()
{
    QTest::addColumn<Poller>("poller");
    QTest::addColumn<bool>("isDuplicate");
    for (const bool isDuplicate : {false, true}) {
        const char *what = isDuplicate ? "a duplicate" : "the descriptor";
        QTest::addRow("%s by poll", what) << Poller(byPoll) << isDuplicate;
        QTest::addRow("%s by select", what) << Poller(bySelect) << isDuplicate;
        QTest::addRow("%s by epoll", what) << Poller(byEpoll) << isDuplicate;
    }
}

void tst_ForkFdPoll::becomesReadableAtTheEnd()
{
    QFETCH(Poller, poller);
    QFETCH(bool, isDuplicate);
    Leash leash;
    const int ffd = startOnLeash(Starter::Fork, leash, 3);
    const int polled = isDuplicate ? ::fcntl(ffd, F_DUPFD_CLOEXEC, 0) : ffd;
    QVERIFY(!poller(polled, 0));
    leash.end();
    QVERIFY(becomesReadableBy(poller, polled));
    // Before and after the child is collected.
    QVERIFY(poller(polled, 0));
    QCOMPARE(wait(ffd), "exited 3");
    QVERIFY(poller(polled, 0));
    QCOMPARE(forkfd_close(ffd), 0);
    if (isDuplicate)
        ::close(polled);
}

void tst_ForkFdPoll::duplicateIsForPollingOnly()
{
    Leash leash;
    const int ffd = startOnLeash(Starter::Fork, leash, 3);
    const int duplicate = ::fcntl(ffd, F_DUPFD_CLOEXEC, 0);
    QCOMPARE(wait(duplicate), "EINVAL");
    QCOMPARE(wait(duplicate, FFDW_NOHANG), "EINVAL");
    QCOMPARE(forkfd_close(duplicate), -1);
    QCOMPARE(errno, EINVAL);
    QVERIFY(::fcntl(duplicate, F_GETFD) >= 0);
    ::close(duplicate);
    leash.end();
    QCOMPARE(wait(ffd), "exited 3");
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdPoll::duplicateOutlivesTheDescriptor()
{
    QFETCH(Starter, starter);
    Leash leash;
    const int ffd = startOnLeash(starter, leash, 3);
    const int duplicate = ::fcntl(ffd, F_DUPFD_CLOEXEC, 0);
    QCOMPARE(forkfd_close(ffd), 0);
    QVERIFY(!byPoll(duplicate, 0));
    leash.end();
    QVERIFY(becomesReadable(duplicate));
    ::close(duplicate);
}

// A set that keeps a closed descriptor must not report the end of its child.
void tst_ForkFdPoll::epollForgetsWhatWasClosed()
{
    QFETCH(Starter, starter);
    Leash leash;
    pid_t pid;
    const int ffd = startOnLeash(starter, leash, 3, FFD_CLOEXEC, &pid);
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event = {EPOLLIN, {}};
    QCOMPARE(::epoll_ctl(epoll, EPOLL_CTL_ADD, ffd, &event), 0);
    QCOMPARE(forkfd_close(ffd), 0);
    leash.end();
    QTRY_VERIFY(!exists(pid));
    QCOMPARE(::epoll_wait(epoll, &event, 1, 0), 0);
    ::close(epoll);
}

QTEST_GUILESS_MAIN(tst_ForkFdPoll)
#include "tst_forkfd_poll.moc"
