// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include <cerrno>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

using namespace ForkFd;

namespace {

int prepareCount;
int parentCount;
int childCount;

void noHandler(int)
{
}

int countDescriptors()
{
    int count = 0;
    for (int fd = 0; fd < 1024; ++fd)
        count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
}

} // namespace

/// The child of forkfd() is as after fork().
/// Holds: F6.
class tst_ForkFdFork : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void returnsTwice_data();
    void returnsTwice();
    void forkHandlers_data();
    void forkHandlers();
    void signalsAreTheParents_data() { returnsTwice_data(); }
    void signalsAreTheParents();
    void cancellationIsTheParents_data() { returnsTwice_data(); }
    void cancellationIsTheParents();
    void nothingOfOursIsOpen_data() { returnsTwice_data(); }
    void nothingOfOursIsOpen();
    void parentIsLeftAsItWas_data() { returnsTwice_data(); }
    void parentIsLeftAsItWas();
    void numberIsReusedInACopy();
};

void tst_ForkFdFork::initTestCase()
{
    ::pthread_atfork([] { ++prepareCount; }, [] { ++parentCount; }, [] { ++childCount; });
}

void tst_ForkFdFork::returnsTwice_data()
{
    QTest::addColumn<int>("flags");
    QTest::newRow("one system call") << FFD_CLOEXEC;
    QTest::newRow("FFD_USE_FORK") << (FFD_CLOEXEC | FFD_USE_FORK);
}

void tst_ForkFdFork::returnsTwice()
{
    QFETCH(int, flags);
    const pid_t self = ::getpid();
    pid_t pid = -1;
    const int ffd = forkfd(flags, &pid);
    if (ffd == FFD_CHILD_PROCESS)
        ::_exit(::getppid() == self && ::getpid() != self && pid == 0 ? 42 : 1);
    QVERIFY(ffd >= 0);
    QVERIFY(pid > 0);
    QCOMPARE(::getpid(), self);
    QCOMPARE(wait(ffd), "exited 42");
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdFork::forkHandlers_data()
{
    QTest::addColumn<int>("flags");
    QTest::addColumn<int>("runs");
#ifndef FORKFD_TEST_UNDER_TSAN
    QTest::newRow("one system call") << FFD_CLOEXEC << 0;
#endif
    QTest::newRow("FFD_USE_FORK") << (FFD_CLOEXEC | FFD_USE_FORK) << 1;
}

void tst_ForkFdFork::forkHandlers()
{
    QFETCH(int, flags);
    QFETCH(int, runs);
    prepareCount = parentCount = childCount = 0;
    const int ffd = forkfd(flags, nullptr);
    if (ffd == FFD_CHILD_PROCESS)
        ::_exit(childCount);
    QCOMPARE(prepareCount, runs);
    QCOMPARE(parentCount, runs);
    QCOMPARE(wait(ffd), "exited " + QByteArray::number(runs));
    QCOMPARE(forkfd_close(ffd), 0);
}

// Also those signals that spawn() would reset.
void tst_ForkFdFork::signalsAreTheParents()
{
    QFETCH(int, flags);
    struct sigaction handled = {};
    handled.sa_handler = noHandler;
    struct sigaction ignored = {};
    ignored.sa_handler = SIG_IGN;
    struct sigaction previous[3];
    ::sigaction(SIGUSR1, &handled, &previous[0]);
    ::sigaction(SIGUSR2, &ignored, &previous[1]);
    ::sigaction(SIGPIPE, &ignored, &previous[2]);
    sigset_t blocked;
    sigset_t previousMask;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGWINCH);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &previousMask);
    const ProcessState parent = ProcessState::now();

    const int ffd = forkfd(flags | FFD_USE_FORK, nullptr);
    if (ffd == FFD_CHILD_PROCESS) {
        const ProcessState child = ProcessState::now();
        ::_exit((child.dispositions == parent.dispositions ? 1 : 0)
                + (child.signalMask == parent.signalMask ? 2 : 0));
    }
    const QByteArray end = wait(ffd);
    ::sigaction(SIGUSR1, &previous[0], nullptr);
    ::sigaction(SIGUSR2, &previous[1], nullptr);
    ::sigaction(SIGPIPE, &previous[2], nullptr);
    ::pthread_sigmask(SIG_SETMASK, &previousMask, nullptr);
    QCOMPARE(end, "exited 3");
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdFork::cancellationIsTheParents()
{
    QFETCH(int, flags);
    const int ffd = forkfd(flags, nullptr);
    if (ffd == FFD_CHILD_PROCESS) {
        int state = -1;
        ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
        ::_exit(state == PTHREAD_CANCEL_ENABLE ? 0 : 1);
    }
    QCOMPARE(wait(ffd), "exited 0");
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdFork::nothingOfOursIsOpen()
{
    QFETCH(int, flags);
    const int before = countDescriptors();
    const int ffd = forkfd(flags, nullptr);
    if (ffd == FFD_CHILD_PROCESS)
        ::_exit(countDescriptors() == before ? 0 : 1);
    QCOMPARE(wait(ffd), "exited 0");
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdFork::parentIsLeftAsItWas()
{
    QFETCH(int, flags);
    const ProcessState before = ProcessState::now();
    int state = -1;
    const int ffd = forkfd(flags, nullptr);
    if (ffd == FFD_CHILD_PROCESS)
        ::_exit(0);
    ::pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
    const ProcessState after = ProcessState::now();
    QCOMPARE(after.signalMask, before.signalMask);
    QCOMPARE(after.dispositions, before.dispositions);
    QCOMPARE(state, PTHREAD_CANCEL_ENABLE);
    QCOMPARE(wait(ffd), "exited 0");
    QCOMPARE(forkfd_close(ffd), 0);
}

// A copy closes the exit descriptor that it has inherited, and opens a file, which gets the number.
void tst_ForkFdFork::numberIsReusedInACopy()
{
    Leash leash;
    const int ffd = startOnLeash(Starter::Fork, leash, 3);
    QVERIFY(ffd >= 0);
    const QByteArray failure = inCopy([ffd]() -> const char * {
        if (wait(ffd, FFDW_NOHANG) != "ECHILD")
            return "it should know the descriptor of its parent";
        const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (::dup2(file, ffd) != ffd)
            return "another number";
        if (wait(ffd, FFDW_NOHANG) != "EINVAL" || forkfd_close(ffd) != -1 || errno != EINVAL)
            return "it should not be an exit descriptor";
        return ::fcntl(ffd, F_GETFD) >= 0 ? nullptr : "closed";
    });
    QCOMPARE(failure, "");
    leash.end();
    QCOMPARE(wait(ffd), "exited 3");
    QCOMPARE(forkfd_close(ffd), 0);
}

QTEST_GUILESS_MAIN(tst_ForkFdFork)
#include "tst_forkfd_fork.moc"
