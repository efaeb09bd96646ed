// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_RUNTOOL_H
#define FORKFD_RUNTOOL_H

#include "childprocesstest.h"

#include <chrono>

/// Base of the tests of forkfd-run.
class RunToolTest : public ChildProcessTest
{
protected:
    static QString runProgram() { return QStringLiteral(FORKFD_TEST_RUN); }

    /// What forkfd-run did with these arguments.
    struct Result
    {
        QByteArray end; ///< As toString() of its ExitInfo.
        QByteArray output;
        QByteArray report; ///< Its standard error.
    };
    static Result run(const QStringList &arguments)
    {
        Process process;
        process.start(runProgram(), arguments);
        return resultOf(process);
    }
    /// Waits until all writers of both outputs have ended: a process that lives too long fails the test
    /// by its time limit.
    static Result resultOf(Process &process)
    {
        process.setDrainTimeout(std::chrono::minutes(2));
        if (!process.waitForFinished(-1))
            return {process.errorString().toLocal8Bit(), {}, {}};
        return {text(process.exitInfo()), process.readAllStandardOutput(),
                process.readAllStandardError()};
    }
    /// Starts forkfd-run, and returns when the child has written "up".
    static void startAndAwait(Process &process, const QStringList &arguments)
    {
        process.start(runProgram(), arguments);
        QByteArray written;
        while (written != "up" && process.waitForReadyRead(-1))
            written += process.readAllStandardOutput();
        QCOMPARE(written, "up");
    }
    static QStringList command(const QStringList &options, const char *childWords)
    {
        return options + QStringList{childProgram()} + words(childWords);
    }
};

#endif
