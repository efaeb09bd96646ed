// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "forkfdtest.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <ForkFd/forkfd.h>

#include <QtCore/QEventLoop>
#include <QtCore/QTimer>

#include <cerrno>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using ForkFd::ChildProcess;

namespace {

/// The number of the EPOLL_CTL_ADD that fails; 0: none.
int additionToFail = 0;

bool hasEnded(ChildProcess &process)
{
    return process.waitForFinished(60000);
}

} // namespace

#ifdef FORKFD_TEST_INTERPOSES
// A filter cannot refuse a single call.
extern "C" int epoll_ctl(int set, int operation, int fd, epoll_event *event)
{
    const bool isAddition = operation == EPOLL_CTL_ADD && fd >= 0;
    if (!isAddition || additionToFail == 0 || --additionToFail > 0)
        return static_cast<int>(syscall(SYS_epoll_ctl, set, operation, fd, event));
    errno = ENOMEM;
    return -1;
}
#endif

/// Waits need neither memory nor free descriptors.
/// Holds: H14.
class tst_WaitingShortage : public ChildProcessTest
{
    Q_OBJECT

protected:
    /// No warm-up: resources that an earlier wait keeps would hide a shortage.
    void warmUp() override { }

private Q_SLOTS:
    void noMemoryForAMember_data();
    void noMemoryForAMember();
    void noDescriptorsToWaitFor();
    void noDescriptorsForASlowStart();
};

void tst_WaitingShortage::noMemoryForAMember_data()
{
    QTest::addColumn<int>("addition");
    for (int addition = 1; addition <= 6; ++addition)
        QTest::addRow("addition %d", addition) << addition;
}

// After the failure the next child's channels once got into a set that no thread waited for, and the
// child never finished.
void tst_WaitingShortage::noMemoryForAMember()
{
    QFETCH(int, addition);
#ifndef FORKFD_TEST_INTERPOSES
    QSKIP("A sanitizer has its own epoll_ctl().");
#endif
    const QByteArray result = inForkedCopy([addition]() -> QByteArray {
        QByteArray all;
        additionToFail = addition;
        for (int i = 0; i < 2; ++i) {
            ChildProcess process;
            QEventLoop loop;
            connect(&process, &ChildProcess::finished, &loop, &QEventLoop::quit);
            QTimer::singleShot(10000, &loop, &QEventLoop::quit);
            process.start(childProgram(), words("echo"));
            process.write("hello\n");
            process.closeWriteChannel();
            loop.exec();
            all += process.state() == ChildProcess::NotRunning ? process.readAllStandardOutput()
                                                               : "hangs\n";
        }
        return all;
    });
    QCOMPARE(result, "hello\nhello\n");
}

// poll(2) fails with EINVAL if it gets more descriptors than RLIMIT_NOFILE allows.
void tst_WaitingShortage::noDescriptorsToWaitFor()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        TestPipe input;
        const ForkFd::LaunchOptions reads = {.fileDescriptors = {{0, input.readEnd()}}};
        auto child = ForkFd::spawn(ProcessTest::child({"echo", "exit", "42"}), reads);
        ChildProcess process;
        process.setLaunchOptions(reads);
        process.setInputChannelMode(ChildProcess::ForwardedInputChannel);
        process.start(childProgram(), words("echo args hello"));
        process.waitForStarted();
        ForkFd::spawn(ProcessTest::child({"echo"}), reads); // The library's threads wait for it.
        pid_t pid;
        const int ffd = ForkFd::forkfd(ForkFd::FFD_CLOEXEC, &pid);
        if (ffd == ForkFd::FFD_CHILD_PROCESS)
            _exit(3);
        const TemporaryLimit limit(RLIMIT_NOFILE, 0);
        ForkFd::forkfd_info info = {};
        QByteArray all = ForkFd::forkfd_wait(ffd, &info, nullptr) == 0 ? "told, " : "not told, ";
        all += child->wait(std::chrono::milliseconds(20)) || process.waitForFinished(20) ? "too early, "
                                                                                         : "";
        input.closeWriteEnd();
        all += text(child->wait().value()) + ", ";
        all += process.waitForFinished(60000) ? process.readAll() : "not finished";
        return all
            + (eventually([] { return waitpid(-1, nullptr, WNOHANG) < 0; }) ? "collected" : "left");
    });
    QCOMPARE(result, "told, exited with code 42, hello\ncollected");
}

// Each wait once waited for the child's report only, and missed the child's end.
void tst_WaitingShortage::noDescriptorsForASlowStart()
{
    for (const bool isKilled : {false, true}) {
        const QByteArray result = inForkedCopy([isKilled]() -> QByteArray {
            TestPipe go;
            ChildProcess process;
            process.setChildProcessModifier([&go] {
                pollfd entry = {go.readEnd(), POLLIN, 0};
                poll(&entry, 1, 30000);
            });
            process.start(childProgram(), words("exit 3"));
            const pid_t copy = fork(); // Holds the child's end of the report.
            if (copy == 0) {
                alarm(60);
                for (;;)
                    pause();
            }
            const TemporaryLimit limit(RLIMIT_NOFILE, 0);
            QByteArray all = process.waitForStarted(20) ? "too early, " : "";
            isKilled ? process.kill() : go.write("g");
            all += hasEnded(process) ? text(process.exitInfo()) : "hangs";
            kill(copy, SIGKILL);
            return all;
        });
        QCOMPARE(result, isKilled ? "killed by SIGKILL" : "exited with code 3");
    }
}

QTEST_GUILESS_MAIN(tst_WaitingShortage)
#include "tst_waitingshortage.moc"
