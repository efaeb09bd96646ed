// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "testpipe.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/// A ChildProcess with dieWithParent and a modifier, which needs a real fork.
/// Holds: L10.
class tst_DieWithParent_Qt : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void modifier();
    void parentIsGoneBefore();
};

void tst_DieWithParent_Qt::initTestCase()
{
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP("POSIX knows nothing of this.");
}

void tst_DieWithParent_Qt::modifier()
{
    const QByteArray output = inForkedCopy([] {
        Process process;
        process.setLaunchOptions({.dieWithParent = true});
        process.setChildProcessModifier([] { umask(0); });
        process.start(childProgram(), words("deathsignal umask"));
        return process.waitForFinished() ? process.readAll() : QByteArray("not started");
    });
    QCOMPARE(output, "9\n0\n");
}

// The parent dies before the child asks for its death signal. The child notices, and runs no program.
void tst_DieWithParent_Qt::parentIsGoneBefore()
{
    TestPipe fromChild;
    const TestPipe go;
    const pid_t parent = fork();
    if (parent == 0) {
        Process process;
        process.setLaunchOptions(
            {.fileDescriptors = {{STDOUT_FILENO, fromChild.writeEnd()}}, .dieWithParent = true});
        process.setChildProcessModifier([&] {
            fromChild.write("waiting");
            go.read();
        });
        process.start(childProgram(), words("args running"));
        _exit(1);
    }
    fromChild.closeWriteEnd();
    QCOMPARE(fromChild.read(), "waiting");
    kill(parent, SIGKILL);
    waitpid(parent, nullptr, 0);
    go.write("go");
    QCOMPARE(fromChild.readAll(), QByteArray());
}

QTEST_GUILESS_MAIN(tst_DieWithParent_Qt)
#include "tst_diewithparent_qt.moc"
