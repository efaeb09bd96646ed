// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QUEUETEST_H
#define FORKFD_QUEUETEST_H

#include "namedthreads.h"
#include "runtest.h"
#include "testpipe.h"

#include <ForkFd/runqueue.h>

/// Base of the tests of RunQueue.
class QueueTest : public RunTest
{
protected:
    using RunOptions = ForkFd::RunOptions;
    using RunQueue = ForkFd::RunQueue;
    using RunResult = ForkFd::RunResult;

    /// Programs that hold a place until open() is called.
    class Gate
    {
    public:
        QFuture<RunResult> enter(RunQueue &queue)
        {
            RunOptions options;
            options.launchOptions.fileDescriptors = {{8, m_pipe.readEnd()}};
            return queue.run(childProgram(), words("eof 8"), options);
        }
        void open() { m_pipe.closeWriteEnd(); }

    private:
        TestPipe m_pipe;
    };

    static QFuture<RunResult> run(RunQueue &queue, const char *command, const RunOptions &options = {},
                                  int priority = 0)
    {
        return queue.run(childProgram(), words(command), options, priority);
    }
    static int deputyCount() { return threadsNamed("forkfd-deputy"); }
};

#endif
