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
            QTimer::singleShot(0, [&] { (void)!::write(ready.writeEnd(), "x", 1); });
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

QTEST_GUILESS_MAIN(tst_CopiedHub)
#include "tst_copiedhub.moc"
