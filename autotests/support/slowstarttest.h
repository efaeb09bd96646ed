// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_TEST_SLOWSTARTTEST_H
#define FORKFD_TEST_SLOWSTARTTEST_H

#include "childprocesstest.h"
#include "heldsystemcall.h"

#include <ForkFd/run.h>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>

/// Starts of run() that a held system call holds up.
class SlowStartTest : public ChildProcessTest
{
protected:
    static constexpr auto noThreadsInCopies =
        "ThreadSanitizer does not support new threads in a forked copy of a process with threads.";

    /// Call it in initTestCase().
    static void prepareSlowStarts()
    {
        const QByteArray directory = QFile::encodeName(QFileInfo(childProgram()).path());
        qputenv("PATH", directory + ':' + qgetenv("PATH"));
        HeldSystemCall probe(SYS_execve);
        if (!probe.isPossible())
            QSKIP("This system cannot hold up a system call (seccomp(2), Linux 5.5).");
    }
    void warmUp() override
    {
        ChildProcessTest::warmUp();
        run("exit 0").waitForFinished();
        warmUpKeeper();
    }
    static QFuture<ForkFd::RunResult> run(const char *command, const ForkFd::RunOptions &options = {})
    {
        return ForkFd::run(childProgram(), words(command), options);
    }
    /// Searches PATH.
    static QFuture<ForkFd::RunResult> runByName(const char *command,
                                                const ForkFd::RunOptions &options = {})
    {
        return ForkFd::run(QStringLiteral("child"), words(command), options);
    }
};

#endif
