// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

using namespace ForkFd;

/// The descriptor has the flags of the call, and no child gets its own exit descriptor.
/// Holds: L8, F7.
class tst_ForkFdFlags : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void flags_data();
    void flags();
    void isOpenAndNonNegative_data() { addStarterRows(); }
    void isOpenAndNonNegative();
    void childHasNoNewDescriptor_data() { addStarterRows(); }
    void childHasNoNewDescriptor();
};

void tst_ForkFdFlags::flags_data()
{
    QTest::addColumn<Starter>("starter");
    QTest::addColumn<int>("flags");
    const std::pair<const char *, Starter> starters[] = {{"forkfd", Starter::Fork},
                                                         {"forkfd with FFD_USE_FORK", Starter::RealFork},
                                                         {"vforkfd", Starter::VFork},
                                                         {"spawnfd", Starter::Spawn}};
    for (const auto &[name, starter] : starters) {
        QTest::addRow("%s, none", name) << starter << 0;
        QTest::addRow("%s, close-on-exec", name) << starter << FFD_CLOEXEC;
        QTest::addRow("%s, non-blocking", name) << starter << FFD_NONBLOCK;
        QTest::addRow("%s, both", name) << starter << (FFD_CLOEXEC | FFD_NONBLOCK);
    }
}

void tst_ForkFdFlags::flags()
{
    QFETCH(Starter, starter);
    QFETCH(int, flags);
    const int ffd = startChild(starter, flags, nullptr, {"exit", "0"});
    QVERIFY(ffd >= 0);
    QCOMPARE((::fcntl(ffd, F_GETFD) & FD_CLOEXEC) != 0, (flags & FFD_CLOEXEC) != 0);
    QCOMPARE((::fcntl(ffd, F_GETFL) & O_NONBLOCK) != 0, (flags & FFD_NONBLOCK) != 0);
    QVERIFY(becomesReadable(ffd));
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdFlags::isOpenAndNonNegative()
{
    QFETCH(Starter, starter);
    pid_t pid = -1;
    errno = EDOM;
    const int ffd = startChild(starter, FFD_CLOEXEC, &pid, {"exit", "5"});
    QCOMPARE(errno, EDOM);
    QVERIFY(ffd >= 0);
    QVERIFY(pid > 0);
    QVERIFY(exists(pid) || backend() == Backend::SigChld);
    QCOMPARE(wait(ffd), "exited 5");
    QVERIFY(!exists(pid));
    QCOMPARE(forkfd_close(ffd), 0);
    QCOMPARE(::fcntl(ffd, F_GETFD), -1);
}

// Without FFD_CLOEXEC later children inherit the descriptor, but the child that it stands for does not.
void tst_ForkFdFlags::childHasNoNewDescriptor()
{
    QFETCH(Starter, starter);
    int output[2];
    QCOMPARE(::pipe2(output, O_CLOEXEC), 0);
    const int savedOutput = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    ::dup2(output[1], STDOUT_FILENO);
    const int ffd = startChild(starter, 0, nullptr, {"fds"});
    ::dup2(savedOutput, STDOUT_FILENO);
    ::close(savedOutput);
    ::close(output[1]);
    char numbers[256] = {};
    QVERIFY(::read(output[0], numbers, sizeof numbers - 1) > 0);
    ::close(output[0]);
    // The parent of the test program may have left it more than these three.
    const QByteArray own = ' ' + QByteArray::number(ffd) + ' ';
    QVERIFY2(!(' ' + QByteArray(numbers)).contains(own), numbers);
    QCOMPARE(wait(ffd), "exited 0");
    QCOMPARE(forkfd_close(ffd), 0);
}

QTEST_GUILESS_MAIN(tst_ForkFdFlags)
#include "tst_forkfd_flags.moc"
