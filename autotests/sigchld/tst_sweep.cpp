// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "sigchldhandler.h"

#include "forkfdtest.h"

#include <cstring>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<int> callCount;
/// So many of the next writes to events fail.
std::atomic<int> failingWrites;
std::atomic<int> writeError;

[[maybe_unused]] bool hasToFail(std::size_t size)
{
    return (size == 1 || size == 8) && failingWrites.load() > 0 && failingWrites.fetch_sub(1) > 0;
}

void doesNotChain(int)
{
    ++callCount;
}

} // namespace

#ifdef FORKFD_TEST_INTERPOSES
extern "C" ssize_t write(int fd, const void *data, size_t size)
{
    if (!hasToFail(size))
        return syscall(SYS_write, fd, data, size);
    errno = writeError;
    return -1;
}

extern "C" ssize_t send(int fd, const void *data, size_t size, int flags)
{
    if (!hasToFail(size))
        return syscall(SYS_sendto, fd, data, size, flags, nullptr, 0);
    errno = ENOBUFS;
    return -1;
}
#endif

/// Ends are reported although our handler gets no signals. (tst_BlockedSignal covers blocked signals.)
/// Holds: B1 (eventIsNotSet), S9.
class tst_Sweep : public SigChldTest
{
    Q_OBJECT

private Q_SLOTS:
    void handlerWasReplaced();
    void eventIsNotSet_data();
    void eventIsNotSet();
    void poolIsUsedUp(); // Last: our handler cannot be installed after it.
};

void tst_Sweep::handlerWasReplaced()
{
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    const SigChldAction foreign(doesNotChain);
    callCount = 0;
    QVERIFY(process->sendSignal(SIGKILL));
    const auto info = process->wait(std::chrono::seconds(10));
    QVERIFY(info);
    QCOMPARE(info->signal, SIGKILL);
    QCOMPARE(callCount.load(), 1);
}

void tst_Sweep::eventIsNotSet_data()
{
    QTest::addColumn<bool>("dropped");
    QTest::addColumn<int>("error");
    for (const int error : {ENOMEM, EAGAIN}) {
        QTest::addRow("its owner waits: %s", strerror(error)) << false << error;
        QTest::addRow("its owner goes before the sweeper can try again: %s", strerror(error))
            << true << error;
    }
}

// The owner once waited for ever.
void tst_Sweep::eventIsNotSet()
{
    QFETCH(bool, dropped);
    QFETCH(int, error);
#ifndef FORKFD_TEST_INTERPOSES
    QSKIP("A sanitizer has its own write().");
#endif
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    writeError = error;
    failingWrites = 5; // The handler tries four times.
    QVERIFY(process->sendSignal(SIGKILL));
    if (usesSigChld())
        QTRY_VERIFY(failingWrites < 5);
    if (dropped)
        process.reset();
    else
        QCOMPARE(text(process->wait().value()), "killed by SIGKILL");
    failingWrites = 0;
}

// Another handler is installed above ours again and again.
void tst_Sweep::poolIsUsedUp()
{
    const SigChldAction foreign(doesNotChain);
    for (int i = 0; i < 50; ++i) {
        auto process = ForkFd::spawn(child({"exit", std::to_string(i)}));
        QVERIFY(process);
        const auto info = process->wait(std::chrono::seconds(10));
        QVERIFY(info);
        QCOMPARE(info->code, i);
        struct sigaction action = {};
        action.sa_handler = doesNotChain;
        sigaction(SIGCHLD, &action, nullptr);
    }
    callCount = 0;
    auto process = ForkFd::spawn(child({"exit", "0"}));
    QVERIFY(process);
    awaitEnd(process->pid());
    QVERIFY(SigChldAction::current().sa_handler == doesNotChain);
    QCOMPARE(callCount.load(), 1);
    QVERIFY(process->wait(std::chrono::seconds(10)));
}

int main(int argc, char **argv)
{
    return SigChldTest::run<tst_Sweep>(argc, argv);
}
#include "tst_sweep.moc"
