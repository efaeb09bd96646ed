// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "failingthreads.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ForkFd;

/// forkfd_close(), and a user's close(2) in its place.
/// Holds: B1 (needsNoDescriptor), S7, F3, F4 (closedPlainlyAndStartedAnew,
/// closedPlainlyAndReusedForAFile).
class tst_ForkFdClose : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void runningChildGoesOn_data() { addStarterRows(); }
    void runningChildGoesOn();
    void endedChildIsCollected_data();
    void endedChildIsCollected();
    void needsNoDescriptor();
    void leavesTheLastDescriptor();
    void needsNoThread();
    void closedPlainlyAndStartedAnew();
    void closedPlainlyAndReusedForAFile_data();
    void closedPlainlyAndReusedForAFile();
};

void tst_ForkFdClose::runningChildGoesOn()
{
    QFETCH(Starter, starter);
    Leash leash;
    pid_t pid;
    const int ffd = startAnswering(starter, leash, &pid);
    errno = EDOM;
    QCOMPARE(forkfd_close(ffd), 0);
    QCOMPARE(errno, EDOM);
    QCOMPARE(::fcntl(ffd, F_GETFD), -1);
    QCOMPARE(wait(ffd), "EBADF");
    QVERIFY(livesUntilTheEndOf(leash, pid));
}

void tst_ForkFdClose::endedChildIsCollected_data()
{
    QTest::addColumn<QList<int>>("options");
    QTest::newRow("never asked") << QList<int>{};
    QTest::newRow("looked at") << QList<int>{FFDW_NOWAIT};
    QTest::newRow("collected") << QList<int>{0};
}

void tst_ForkFdClose::endedChildIsCollected()
{
    QFETCH(QList<int>, options);
    pid_t pid;
    const int ffd = startChild(Starter::Spawn, FFD_CLOEXEC, &pid, {"exit", "3"});
    QVERIFY(becomesReadable(ffd));
    for (const int option : options)
        QCOMPARE(wait(ffd, option), "exited 3");
    QCOMPARE(forkfd_close(ffd), 0);
    QVERIFY(!exists(pid));
}

void tst_ForkFdClose::needsNoDescriptor()
{
    Leash leash;
    pid_t pid;
    const int ffd = startAnswering(Starter::Fork, leash, &pid);
    rlimit limit;
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const rlimit none = {0, limit.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    const int result = forkfd_close(ffd);
    const bool isClosed = ::fcntl(ffd, F_GETFD) < 0;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    QCOMPARE(result, 0);
    QVERIFY(isClosed);
    QVERIFY(livesUntilTheEndOf(leash, pid));
}

// All other descriptors are in use. The library does not take the freed number for itself.
void tst_ForkFdClose::leavesTheLastDescriptor()
{
    const QByteArray failure = inCopy([]() -> const char * {
        Leash leash;
        pid_t pid;
        const int ffd = startAnswering(Starter::Fork, leash, &pid);
        rlimit limit;
        ::getrlimit(RLIMIT_NOFILE, &limit);
        const rlimit few = {static_cast<rlim_t>(ffd) + 8, limit.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &few);
        while (::dup(leash.childsEnd()) >= 0) { }
        if (forkfd_close(ffd) != 0 || ::dup(leash.childsEnd()) != ffd)
            return "the number is not free";
        ::setrlimit(RLIMIT_NOFILE, &limit);
        return livesUntilTheEndOf(leash, pid) ? nullptr
                                              : "the child does not go on, or is not collected";
    });
    QCOMPARE(failure, QByteArray());
}

// On the pidfd backend the first child that is left needs a thread. If the thread cannot be made, the
// next call tries again.
void tst_ForkFdClose::needsNoThread()
{
    const QByteArray failure = inCopy([]() -> const char * {
        Leash first;
        Leash second;
        pid_t pids[2];
        // On the SIGCHLD backend the sweeper starts with this child.
        const int ffds[] = {startAnswering(Starter::Spawn, first, &pids[0]),
                            startAnswering(Starter::Spawn, second, &pids[1])};
        if (ffds[0] < 0 || ffds[1] < 0)
            return "cannot start";
        threadsFail = true;
        if (forkfd_close(ffds[0]) != 0)
            return "close without a thread";
        threadsFail = false;
        if (forkfd_close(ffds[1]) != 0)
            return "close with a thread";
        const bool both = livesUntilTheEndOf(first, pids[0]) && livesUntilTheEndOf(second, pids[1]);
        return both ? nullptr : "a child does not go on, or is not collected";
    });
    QCOMPARE(failure, "");
}

// The new child gets the number, and the library forgets the old child.
void tst_ForkFdClose::closedPlainlyAndStartedAnew()
{
    Leash leash;
    pid_t first;
    const int ffd = startOnLeash(Starter::Fork, leash, 3, FFD_CLOEXEC, &first);
    ::close(ffd);
    QCOMPARE(wait(ffd), "EBADF");
    QCOMPARE(forkfd_close(ffd), -1);
    QCOMPARE(errno, EBADF);

    pid_t second;
    QCOMPARE(startChild(Starter::Fork, FFD_CLOEXEC, &second, {"sleep"}), ffd);
    leash.end();
    if (backend() == Backend::PidFd)
        QCOMPARE(::waitpid(first, nullptr, 0), first); // The library does not reap it.
    else
        QTRY_VERIFY(!exists(first));
    QCOMPARE(wait(ffd, FFDW_NOHANG), "EAGAIN");
    ::kill(second, SIGKILL);
    QCOMPARE(wait(ffd), "killed 9");
    QCOMPARE(forkfd_close(ffd), 0);
    QVERIFY(!exists(second));
}

void tst_ForkFdClose::closedPlainlyAndReusedForAFile_data()
{
    QTest::addColumn<bool>("isWaited");
    QTest::newRow("waited for") << true;
    QTest::newRow("closed") << false;
}

void tst_ForkFdClose::closedPlainlyAndReusedForAFile()
{
    QFETCH(bool, isWaited);
    Leash leash;
    pid_t pid;
    const int ffd = startOnLeash(Starter::Fork, leash, 3, FFD_CLOEXEC, &pid);
    int file[2];
    QCOMPARE(::pipe2(file, O_CLOEXEC | O_NONBLOCK), 0);
    ::dup2(file[1], ffd);
    leash.end();
    if (backend() == Backend::PidFd)
        QCOMPARE(::waitpid(pid, nullptr, 0), pid);
    else
        QTRY_VERIFY(!exists(pid));
    QCOMPARE(isWaited ? forkfd_wait(ffd, nullptr, nullptr) : forkfd_close(ffd), -1);
    QCOMPARE(errno, EINVAL);
    QVERIFY(::fcntl(ffd, F_GETFD) >= 0);
    char byte;
    QCOMPARE(::read(file[0], &byte, 1), -1); // The library has written nothing to it.
    ::close(ffd);
    ::close(file[0]);
    ::close(file[1]);
}

QTEST_GUILESS_MAIN(tst_ForkFdClose)
#include "tst_forkfd_close.moc"
