// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"

#include <ForkFd/run.h>

#include <QtCore/QTemporaryDir>
#include <QtCore/QThread>

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace {

/// Called once, when a poll() of this thread has timed out.
thread_local std::function<void()> afterTimeout;

} // namespace

// Replaces libc's poll(): an event comes between the timeout and the thread's next step.
int poll(pollfd *entries, nfds_t count, int timeout)
{
    timespec time = {timeout / 1000, timeout % 1000 * 1000000L};
    const auto result = static_cast<int>(
        ::syscall(SYS_ppoll, entries, count, timeout < 0 ? nullptr : &time, nullptr, 0));
    if (result == 0 && timeout > 0) {
        if (const auto happen = std::exchange(afterTimeout, nullptr))
            happen();
    }
    return result;
}

/// At its deadline every wait looks once more before it reports a timeout.
/// Holds: H4.
class tst_LastLook : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void finished();
    void readyRead();
    void handle();
    void timeLimit();
    void timeLimitOfEventLoop();
    void afterTheEventLoop();
    void pollingLoops_data();
    void pollingLoops();

private:
    QStringList awaiting(const char *words) const;
    void goOn() const;
    static void awaitEnd(pid_t pid);

    QTemporaryDir m_directory;
    const QString m_fifo = m_directory.filePath(u"fifo"_s);
    const bool m_hasFifo = ::mkfifo(qPrintable(m_fifo), 0600) == 0;
};

// The words for a child that does nothing before goOn().
QStringList tst_LastLook::awaiting(const char *words) const
{
    return QStringList({u"await"_s, m_fifo}) + ChildProcessTest::words(words);
}

void tst_LastLook::goOn() const
{
    ::close(::open(qPrintable(m_fifo), O_WRONLY));
}

// Waits for the child's end. It fails if the SIGCHLD backend has reaped the child.
void tst_LastLook::awaitEnd(pid_t pid)
{
    siginfo_t info;
    while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) { }
}

void tst_LastLook::finished()
{
    QVERIFY(m_hasFifo);
    Process process;
    process.start(childProgram(), awaiting("exit 3"));
    afterTimeout = [&] {
        goOn();
        awaitEnd(static_cast<pid_t>(process.processId()));
    };
    QVERIFY(process.waitForFinished(20));
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(process.error(), Process::UnknownError);
}

void tst_LastLook::readyRead()
{
    Process process;
    process.start(childProgram(), awaiting("write 3 1 exit 0"));
    afterTimeout = [&] {
        goOn();
        awaitEnd(static_cast<pid_t>(process.processId()));
    };
    QVERIFY(process.waitForReadyRead(20));
    QCOMPARE(process.readAll(), "xxx");
}

void tst_LastLook::handle()
{
    auto process =
        ForkFd::spawn({.argv = {FORKFD_TEST_CHILD, "await", m_fifo.toStdString(), "exit", "3"}});
    QVERIFY(process);
    afterTimeout = [&] {
        goOn();
        awaitEnd(process->pid());
    };
    const auto end = process->wait(20ms);
    QVERIFY(end);
    QCOMPARE(end->code, 3);
}

// A child that ends in time has not exceeded its limit, however late this thread looks at the clock.
void tst_LastLook::timeLimit()
{
    Process process;
    process.setTimeLimit(50ms);
    process.start(childProgram(), awaiting("exit 3"));
    afterTimeout = [&] {
        goOn();
        awaitEnd(static_cast<pid_t>(process.processId()));
    };
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
    QVERIFY(!process.timeLimitExceeded());
    QCOMPARE(process.error(), Process::UnknownError);
}

void tst_LastLook::timeLimitOfEventLoop()
{
    Process process;
    QSignalSpy failed(&process, &Process::errorOccurred);
    QSignalSpy finished(&process, &Process::finished);
    process.setTimeLimit(1h);
    process.start(childProgram(), words("exit 3"));
    QCoreApplication::processEvents();
    awaitEnd(static_cast<pid_t>(process.processId()));
    process.setTimeLimit(1ms); // Since the start, so that the event loop finds both due.
    QVERIFY(comes(finished));
    QCOMPARE(failed.size(), 0);
    QVERIFY(!process.timeLimitExceeded());
}

// After a wait with a timeout, the next wait reports an end that the event loop has seen in between.
void tst_LastLook::afterTheEventLoop()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("echo exit 3"));
    QVERIFY(!process.waitForFinished(0));
    QCOMPARE(process.error(), Process::Timedout);
    process.closeWriteChannel();
    QVERIFY(comes(finished));
    QVERIFY(process.waitForFinished(0));
    QVERIFY(!process.waitForFinished(0)); // The end is reported already.

    process.start(childProgram(), words("exit 3"));
    QVERIFY(comes(finished, 2));
    QVERIFY(!process.waitForFinished(0)); // No wait for this child has timed out.
}

void tst_LastLook::pollingLoops_data()
{
    QTest::addColumn<int>("timeout");
    for (const int timeout : {0, 1, 5, 10})
        QTest::addRow("%d ms", timeout) << timeout;
}

// With the SIGCHLD backend a third of these loops once never ended.
void tst_LastLook::pollingLoops()
{
    QFETCH(const int, timeout);
    for (int i = 0; i < 40; ++i) {
        Process process;
        process.start(u"sleep"_s, {QString::number(0.005 + 0.0005 * i)});
        int countAfterTheEnd = 0;
        while (!process.waitForFinished(timeout)) {
            countAfterTheEnd += process.state() == Process::NotRunning ? 1 : 0;
            QVERIFY(countAfterTheEnd == 0);
            QCoreApplication::processEvents();
        }
        QCOMPARE(process.exitStatus(), Process::NormalExit);
    }
}

QTEST_GUILESS_MAIN(tst_LastLook)
#include "tst_lastlook.moc"
