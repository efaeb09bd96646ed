// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace ForkFd;

namespace {

void noHandler(int)
{
}

int returnToken(void *token)
{
    return *static_cast<int *>(token);
}

int changeMemory(void *token)
{
    *static_cast<volatile int *>(token) = 42;
    return 0;
}

// Lies in memory that the child shares even if it is a copy.
struct Seen
{
    sigset_t mask;
    struct sigaction actions[3];
    int descriptors;
    pid_t parent;
};
constexpr int watchedSignals[3] = {SIGUSR1, SIGUSR2, SIGPIPE};

int countDescriptors()
{
    int count = 0;
    for (int fd = 0; fd < 1024; ++fd)
        count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
}

int lookAround(void *token)
{
    auto *seen = static_cast<Seen *>(token);
    ::sigprocmask(SIG_SETMASK, nullptr, &seen->mask);
    for (int i = 0; i < 3; ++i)
        ::sigaction(watchedSignals[i], nullptr, &seen->actions[i]);
    seen->descriptors = countDescriptors();
    seen->parent = ::getppid();
    return 0;
}

bool sharesMemory([[maybe_unused]] int flags)
{
#if defined(FORKFD_TEST_UNDER_ASAN) || defined(FORKFD_TEST_UNDER_TSAN)
    return false;
#else
    return FORKFD_TEST_HAS_VFORK && !(flags & FFD_USE_FORK);
#endif
}

} // namespace

/// The child of vforkfd() runs the function as after vfork().
/// Holds: F6.
class tst_ForkFdVFork : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void resultIsTheExitCode_data();
    void resultIsTheExitCode();
    void memory_data();
    void memory();
    void surroundingsAreTheParents_data() { memory_data(); }
    void surroundingsAreTheParents();
    void mayDieOfASignal();
    void mayDieWithoutReturning();
};

void tst_ForkFdVFork::resultIsTheExitCode_data()
{
    QTest::addColumn<int>("result");
    QTest::addColumn<QByteArray>("end");
    QTest::newRow("0") << 0 << QByteArray("exited 0");
    QTest::newRow("42") << 42 << QByteArray("exited 42");
    // The library uses this code for a child that does not share its memory.
    QTest::newRow("125") << 125 << QByteArray("exited 125");
    QTest::newRow("255") << 255 << QByteArray("exited 255");
    QTest::newRow("-1") << -1 << QByteArray("exited 255");
    QTest::newRow("256") << 256 << QByteArray("exited 0");
}

void tst_ForkFdVFork::resultIsTheExitCode()
{
    QFETCH(int, result);
    QFETCH(QByteArray, end);
    pid_t pid = -1;
    const int ffd = vforkfd(FFD_CLOEXEC, &pid, returnToken, &result);
    QVERIFY(ffd >= 0);
    QVERIFY(pid > 0);
    QCOMPARE(wait(ffd), end);
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdVFork::memory_data()
{
    QTest::addColumn<int>("flags");
    QTest::newRow("as the system can") << FFD_CLOEXEC;
    QTest::newRow("FFD_USE_FORK") << (FFD_CLOEXEC | FFD_USE_FORK);
}

void tst_ForkFdVFork::memory()
{
    QFETCH(int, flags);
    volatile int variable = 1;
    const int ffd = vforkfd(flags, nullptr, changeMemory, const_cast<int *>(&variable));
    // With shared memory the parent was suspended until the child ended.
    QCOMPARE(static_cast<int>(variable), sharesMemory(flags) ? 42 : 1);
    QCOMPARE(wait(ffd), "exited 0");
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdVFork::surroundingsAreTheParents()
{
    QFETCH(int, flags);
    auto *seen = static_cast<Seen *>(
        ::mmap(nullptr, sizeof(Seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    struct sigaction handled = {};
    handled.sa_handler = noHandler;
    struct sigaction ignored = {};
    ignored.sa_handler = SIG_IGN;
    struct sigaction previous[3];
    ::sigaction(watchedSignals[0], &handled, &previous[0]);
    ::sigaction(watchedSignals[1], &ignored, &previous[1]);
    ::sigaction(watchedSignals[2], &ignored, &previous[2]);
    sigset_t blocked;
    sigset_t previousMask;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGWINCH);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &previousMask);

    const int before = countDescriptors();
    const int ffd = vforkfd(flags, nullptr, lookAround, seen);
    const QByteArray end = wait(ffd);
    for (int i = 0; i < 3; ++i)
        ::sigaction(watchedSignals[i], &previous[i], nullptr);
    ::pthread_sigmask(SIG_SETMASK, &previousMask, nullptr);

    QCOMPARE(end, "exited 0");
    for (int signal = 1; signal < SIGRTMIN; ++signal)
        QCOMPARE(sigismember(&seen->mask, signal) == 1, signal == SIGWINCH);
    QVERIFY(seen->actions[0].sa_handler == noHandler);
    QVERIFY(seen->actions[1].sa_handler == SIG_IGN);
    QVERIFY(seen->actions[2].sa_handler == SIG_IGN);
    QCOMPARE(seen->descriptors, before);
    QCOMPARE(seen->parent, ::getpid());
    QCOMPARE(forkfd_close(ffd), 0);
    ::munmap(seen, sizeof(Seen));
}

void tst_ForkFdVFork::mayDieOfASignal()
{
    const int ffd = vforkfd(
        FFD_CLOEXEC, nullptr, [](void *) { return ::kill(::getpid(), SIGKILL); }, nullptr);
    QCOMPARE(wait(ffd), "killed 9");
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdVFork::mayDieWithoutReturning()
{
    const int ffd = vforkfd(
        FFD_CLOEXEC, nullptr, [](void *) -> int { ::_exit(13); }, nullptr);
    QCOMPARE(wait(ffd), "exited 13");
    QCOMPARE(forkfd_close(ffd), 0);
}

QTEST_GUILESS_MAIN(tst_ForkFdVFork)
#include "tst_forkfd_vfork.moc"
