// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_PIPELINETEST_H
#define FORKFD_PIPELINETEST_H

#include "childprocesstest.h"

/// Base of the tests of setStandardOutputProcess().
class PipelineTest : public ChildProcessTest
{
protected:
    static bool ends(Process &process)
    {
        return process.waitForFinished() && process.exitStatus() == Process::NormalExit
            && process.exitCode() == 0;
    }
};

#endif
