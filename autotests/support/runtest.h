// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_RUNTEST_H
#define FORKFD_RUNTEST_H

#include "childprocesstest.h"

#include <ForkFd/run.h>

/// Base of the tests of run().
class RunTest : public ChildProcessTest
{
protected:
    /// Starts the library's threads.
    void warmUp() override
    {
        ChildProcessTest::warmUp();
        run("exit 0").then([](const ForkFd::RunResult &) {}).waitForFinished();
        warmUpKeeper();
    }

    static QFuture<ForkFd::RunResult> run(const char *command, const ForkFd::RunOptions &options = {})
    {
        return ForkFd::run(childProgram(), words(command), options);
    }
    static QByteArray endOf(const ForkFd::RunResult &result)
    {
        return result.startError.step ? text(result.startError) : text(result.exitInfo);
    }
};

#endif
