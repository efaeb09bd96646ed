// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"
#include "temporarychange.h"

#include <QtCore/QFileInfo>

#include <cerrno>

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

using ForkFd::Command;
using Mask = quint64; // One bit for each signal; signal 1 is the lowest.

namespace {

// The raw system call, because libc neither sets nor shows the two signals that it reserves.
Mask exchangeMask(const Mask *mask)
{
    Mask previous = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, &previous, sizeof previous);
    return previous;
}

Mask bit(int signal)
{
    return Mask(1) << (signal - 1);
}

constexpr int mark = 4711; // No function sets errno to this.

} // namespace

/// A start leaves errno, the signal mask, the dispositions and the cancellation state of the thread as
/// they were, whether it succeeds or not.
/// Holds: P1, L4.
class tst_ParentState : public ProcessTest
{
    Q_OBJECT

protected:
    void warmUp() override;

private Q_SLOTS:
    void initTestCase();
    void firstStart();
    void start_data();
    void start();
    void pendingSignals();
    void ignoredBrokenPipe();

private:
    int m_errnoAfterFirstStart = 0;
};

void tst_ParentState::warmUp()
{
    const Command command = child({"exit", "0"});
    errno = mark;
    const auto process = ForkFd::spawn(command);
    m_errnoAfterFirstStart = errno;
    QVERIFY(process);
}

void tst_ParentState::initTestCase()
{
    const QByteArray place = QFileInfo(QStringLiteral(FORKFD_TEST_CHILD)).path().toLocal8Bit();
    qputenv("PATH", "/no/such/directory:" + place);
}

void tst_ParentState::firstStart()
{
    QCOMPARE(m_errnoAfterFirstStart, mark);
}

void tst_ParentState::start_data()
{
    QTest::addColumn<Command>("command");
    QTest::addColumn<Mask>("mask");
    QTest::addColumn<int>("cancelState");

    const std::string name = QFileInfo(QStringLiteral(FORKFD_TEST_CHILD)).fileName().toStdString();
    Command elsewhere = child({"exit", "0"});
    elsewhere.workingDirectory = "/no/such/directory";
    Command invalid = child({std::string(1, '\0')});
    const struct
    {
        const char *name;
        Command command;
    } starts[] = {{"success", child({"exit", "0"})},
                  {"found in PATH", {{name, "exit", "0"}}},
                  {"no such program", {{"/no/such/program"}}},
                  {"not found in PATH", {{"no-such-program"}}},
                  {"no such directory", elsewhere},
                  {"invalid", invalid}};
    const struct
    {
        const char *name;
        Mask mask;
    } masks[] = {{"nothing blocked", 0},
                 {"SIGCHLD blocked", bit(SIGCHLD)},
                 {"some blocked", bit(SIGUSR1) | bit(SIGTERM) | bit(SIGRTMAX)},
                 {"all that libc knows blocked", ~(bit(32) | bit(33) | bit(SIGKILL) | bit(SIGSTOP))},
                 {"libc's own blocked, too", ~(bit(SIGKILL) | bit(SIGSTOP))}};
    for (const auto &start : starts) {
        for (const auto &mask : masks) {
            // POSIX functions cannot change the signals that libc reserves.
            if (FORKFD_TEST_PORTABLE && (mask.mask & bit(32)) != 0)
                continue;
            QTest::addRow("%s, %s, cancellable", start.name, mask.name)
                << start.command << mask.mask << int(PTHREAD_CANCEL_ENABLE);
            QTest::addRow("%s, %s, not cancellable", start.name, mask.name)
                << start.command << mask.mask << int(PTHREAD_CANCEL_DISABLE);
        }
    }
}

void tst_ParentState::start()
{
    QFETCH(Command, command);
    QFETCH(Mask, mask);
    QFETCH(int, cancelState);
    pthread_setcancelstate(cancelState, nullptr);
    const Mask maskBefore = exchangeMask(&mask);
    errno = mark;

    auto process = ForkFd::spawn(command);

    const int errnoAfter = errno;
    const Mask maskAfter = exchangeMask(&maskBefore);
    int cancelStateAfter;
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &cancelStateAfter);
    QCOMPARE(errnoAfter, mark);
    QCOMPARE(maskAfter, mask);
    QCOMPARE(cancelStateAfter, cancelState);
    if (process)
        QVERIFY(process->wait());
}

void tst_ParentState::pendingSignals()
{
    const Mask blocked = bit(SIGUSR1);
    const Mask before = exchangeMask(&blocked);
    raise(SIGUSR1);
    const QByteArray outcome = outcomeOf(child({"exit", "42"}));

    // The signal is still pending, once, and the child did not get it.
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    const timespec now = {};
    const int first = sigtimedwait(&usr1, nullptr, &now);
    const int second = sigtimedwait(&usr1, nullptr, &now);
    exchangeMask(&before);
    QCOMPARE(outcome, "exited with code 42");
    QCOMPARE(first, SIGUSR1);
    QCOMPARE(second, -1);
}

void tst_ParentState::ignoredBrokenPipe()
{
    // The child gets the default action, and the parent keeps SIG_IGN.
    const TemporaryAction ignore(SIGPIPE, SIG_IGN);
    const ProcessState before = ProcessState::now();
    QCOMPARE(outcomeOf(child({"exit", "42"})), "exited with code 42");
    QCOMPARE(before.differencesTo(ProcessState::now()), QString());
}

QTEST_GUILESS_MAIN(tst_ParentState)
#include "tst_parentstate.moc"
