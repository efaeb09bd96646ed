// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include <atomic>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ForkFd;

/// forkfd_wait4() with every option, also several times.
/// Holds: S7, F2 (noWaitKeepsTheAnswer).
class tst_ForkFdWait : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void everyEnd_data();
    void everyEnd();
    void everyOption_data();
    void everyOption();
    void nonBlockingDescriptor_data();
    void nonBlockingDescriptor();
    void noWaitKeepsTheAnswer();
    void goesOnAfterASignal();
    void nullParametersAreAllowed();
    void usageIsTheChilds();
};

void tst_ForkFdWait::everyEnd_data()
{
    QTest::addColumn<QByteArray>("how");
    QTest::addColumn<QByteArray>("number");
    QTest::addColumn<QByteArray>("end");
    for (const char *code : {"0", "1", "127", "255"})
        QTest::addRow("exit code %s", code)
            << QByteArray("exit") << QByteArray(code) << QByteArray("exited ") + code;
    for (const char *signal : {"9", "15", "10"})
        QTest::addRow("signal %s", signal)
            << QByteArray("signal") << QByteArray(signal) << QByteArray("killed ") + signal;
}

void tst_ForkFdWait::everyEnd()
{
    QFETCH(QByteArray, how);
    QFETCH(QByteArray, number);
    QFETCH(QByteArray, end);
    const int ffd = startEnding({how.toStdString(), number.toStdString()});
    QVERIFY(ffd >= 0);
    forkfd_info info = {};
    QCOMPARE(forkfd_wait(ffd, &info, nullptr), 0);
    QCOMPARE(toText(info), end);
    QCOMPARE(wait(ffd), end);
    QCOMPARE(forkfd_close(ffd), 0);
}

// Each list holds the options of consecutive calls, on a child that runs and then on the same child when
// it has ended.
void tst_ForkFdWait::everyOption_data()
{
    QTest::addColumn<Starter>("starter");
    QTest::addColumn<QList<int>>("options");
    const int all[] = {0, FFDW_NOHANG, FFDW_NOWAIT, FFDW_NOHANG | FFDW_NOWAIT};
    for (const int first : all) {
        for (const int second : all) {
            for (const int third : all) {
                const Starter starter = (first + second + third) % 2 ? Starter::Fork : Starter::Spawn;
                QTest::addRow("%d, %d, %d", first, second, third)
                    << starter << QList<int>{first, second, third};
            }
        }
    }
}

void tst_ForkFdWait::everyOption()
{
    QFETCH(Starter, starter);
    QFETCH(QList<int>, options);
    Leash leash;
    const int ffd = startOnLeash(starter, leash, 42);
    QVERIFY(ffd >= 0);
    for (const int option : options) {
        if (option & FFDW_NOHANG)
            QCOMPARE(wait(ffd, option), "EAGAIN");
    }
    leash.end();
    QVERIFY(becomesReadable(ffd));
    for (const int option : options)
        QCOMPARE(wait(ffd, option), "exited 42");
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdWait::nonBlockingDescriptor_data()
{
    QTest::addColumn<bool>("isSetLater");
    QTest::newRow("FFD_NONBLOCK") << false;
    QTest::newRow("fcntl") << true;
}

void tst_ForkFdWait::nonBlockingDescriptor()
{
    QFETCH(bool, isSetLater);
    Leash leash;
    const int ffd = startOnLeash(Starter::Fork, leash, 7, isSetLater ? 0 : FFD_NONBLOCK);
    QVERIFY(ffd >= 0);
    if (isSetLater)
        ::fcntl(ffd, F_SETFL, ::fcntl(ffd, F_GETFL) | O_NONBLOCK);
    QCOMPARE(wait(ffd), "EAGAIN");
    QCOMPARE(wait(ffd, FFDW_NOWAIT), "EAGAIN");
    forkfd_info info;
    QCOMPARE(forkfd_wait(ffd, &info, nullptr), -1);
    QCOMPARE(errno, EAGAIN);

    // Now blocking again: a new wait has to wait.
    ::fcntl(ffd, F_SETFL, ::fcntl(ffd, F_GETFL) & ~O_NONBLOCK);
    leash.end();
    QCOMPARE(wait(ffd), "exited 7");
    QCOMPARE(forkfd_close(ffd), 0);
}

// The zombie stays, and a theft between two waits does not change the answer.
void tst_ForkFdWait::noWaitKeepsTheAnswer()
{
    pid_t pid;
    const int ffd = startChild(Starter::Spawn, FFD_CLOEXEC, &pid, {"exit", "9"});
    QCOMPARE(wait(ffd, FFDW_NOWAIT), "exited 9");
    if (backend() == Backend::PidFd) {
        int status = 0;
        QCOMPARE(::waitpid(pid, &status, WNOHANG), pid);
        QCOMPARE(WEXITSTATUS(status), 9);
    }
    QCOMPARE(wait(ffd, FFDW_NOWAIT), "exited 9");
    QCOMPARE(wait(ffd), "exited 9");
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdWait::goesOnAfterASignal()
{
    static std::atomic<int> alarms; // In any thread, because QtTest has its own.
    static std::atomic<int> leashEnd;
    struct sigaction action = {};
    struct sigaction previous;
    // The third alarm lets the child end. Each alarm interrupts poll(2).
    action.sa_handler = [](int) {
        if (++alarms == 3)
            ::close(leashEnd);
    };
    ::sigaction(SIGALRM, &action, &previous);
    int ends[2];
    QCOMPARE(::pipe2(ends, O_CLOEXEC), 0);
    leashEnd = ends[1];
    const int ffd = startChild(Starter::Spawn, FFD_CLOEXEC, nullptr, {"echo", "exit", "3"}, ends[0]);
    QVERIFY(ffd >= 0);
    const itimerval everyMillisecond = {{0, 1000}, {0, 1000}};
    ::setitimer(ITIMER_REAL, &everyMillisecond, nullptr);
    const QByteArray end = wait(ffd);
    const itimerval never = {};
    ::setitimer(ITIMER_REAL, &never, nullptr);
    ::sigaction(SIGALRM, &previous, nullptr);
    QCOMPARE(end, "exited 3");
    QVERIFY(alarms.load() >= 3);
    ::close(ends[0]);
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdWait::nullParametersAreAllowed()
{
    const int ffd = startEnding({"exit", "1"});
    QCOMPARE(forkfd_wait4(ffd, nullptr, FFDW_NOWAIT, nullptr), 0);
    QCOMPARE(forkfd_wait(ffd, nullptr, nullptr), 0);
    QCOMPARE(wait(ffd), "exited 1");
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdWait::usageIsTheChilds()
{
    const int ffd = startEnding({"exit", "0"});
    struct rusage looked = {};
    struct rusage collected = {};
    struct rusage repeated = {};
    forkfd_info info;
    QCOMPARE(forkfd_wait4(ffd, &info, FFDW_NOWAIT, &looked), 0);
    QCOMPARE(forkfd_wait(ffd, &info, &collected), 0);
    QCOMPARE(forkfd_wait(ffd, &info, &repeated), 0);
    QVERIFY(collected.ru_maxrss > 0);
    QVERIFY(std::memcmp(&looked, &collected, sizeof looked) == 0);
    QVERIFY(std::memcmp(&looked, &repeated, sizeof looked) == 0);
    QCOMPARE(forkfd_close(ffd), 0);
}

QTEST_GUILESS_MAIN(tst_ForkFdWait)
#include "tst_forkfd_wait.moc"
