// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "systemcallfilter.h"
#include "testpipe.h"

#include <QtCore/QEventLoop>
#include <QtCore/QTimer>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using ForkFd::ChildProcess;
using Refusals = std::vector<Refusal>;

/// A copy of the process that goes on with the event loop takes nothing from the original.
/// Holds: H2.
class tst_CopiedHub : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void readsNothing_data();
    void readsNothing();
    void closesNoFile_data();
    void closesNoFile();
};

void tst_CopiedHub::readsNothing_data()
{
    QTest::addColumn<Refusals>("refusals");
    QTest::newRow("set") << Refusals();
    QTest::newRow("no set") << Refusals{{SYS_epoll_create1, EPERM}};
    QTest::newRow("no members") << Refusals{{SYS_epoll_ctl, EPERM}};
}

// Without epoll(7) each pipe has its own notifier, and the copy once read the output.
void tst_CopiedHub::readsNothing()
{
    QFETCH(Refusals, refusals);
    const QByteArray result = inRefusedCopy(refusals, [&]() -> QByteArray {
        ChildProcess process;
        process.start(childProgram(), words("echo"));
        QCoreApplication::processEvents();
        TestPipe ready;
        const pid_t copy = fork();
        if (copy == 0) {
            QTimer::singleShot(0, &process, [&] { (void)!::write(ready.writeEnd(), "x", 1); });
            QEventLoop().exec();
            _exit(1);
        }
        char byte = 0;
        (void)!::read(ready.readEnd(), &byte, 1);
        int count = 0;
        const auto comes = [&process] {
            QCoreApplication::processEvents();
            return process.bytesAvailable() > 0;
        };
        for (; count < 100; ++count) {
            process.write("x");
            if (!eventually(comes))
                break;
            process.readAll();
        }
        kill(copy, SIGKILL);
        waitpid(copy, nullptr, 0);
        process.closeWriteChannel();
        process.waitForFinished();
        return QByteArray::number(count);
    });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, "100");
}

namespace {

constexpr int firstFile = 3;
constexpr int lastFile = 60;

// As a daemon does. The numbers of all descriptors of the library become those of files.
void replaceDescriptors()
{
    for (int fd = firstFile; fd < 1024; ++fd)
        ::close(fd);
    while (::open("/dev/null", O_RDONLY | O_CLOEXEC) < lastFile) { }
}

bool areFilesOpen()
{
    for (int fd = firstFile; fd <= lastFile; ++fd) {
        struct stat status;
        if (::fstat(fd, &status) != 0 || !S_ISCHR(status.st_mode))
            return false;
    }
    return true;
}

} // namespace

void tst_CopiedHub::closesNoFile_data()
{
    QTest::addColumn<bool>("startsAgain");
    QTest::newRow("the next child") << true;
    QTest::newRow("exit()") << false;
}

// The event loop of the parent has served a child. All objects are gone, but the library keeps
// descriptors for the thread.
void tst_CopiedHub::closesNoFile()
{
    QFETCH(const bool, startsAgain);
    const pid_t copy = fork();
    if (copy == 0) {
        replaceDescriptors();
        if (startsAgain) {
            ChildProcess process;
            process.start(childProgram(), words("exit 3"));
            if (!process.waitForFinished() || process.exitCode() != 3)
                ::_exit(2);
        }
        // The objects of the thread are destroyed before this function is called.
        std::atexit([] { ::_exit(areFilesOpen() ? 0 : 1); });
        std::exit(3);
    }
    int status = 0;
    waitpid(copy, &status, 0);
    QCOMPARE(status, 0);
}

QTEST_GUILESS_MAIN(tst_CopiedHub)
#include "tst_copiedhub.moc"
