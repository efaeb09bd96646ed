// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_MODIFIERTEST_H
#define FORKFD_MODIFIERTEST_H

#include "childprocesstest.h"

/// Base of the tests of setChildProcessModifier().
class ModifierTest : public ChildProcessTest
{
protected:
    // QProcess installs its SIGCHLD handler with the first child that it forks.
    void warmUp() override
    {
        ChildProcessTest::warmUp();
        Process process;
        process.setChildProcessModifier([] {});
        process.start(childProgram(), words("exit 0"));
        QVERIFY(process.waitForFinished());
    }

    /// Sets the flags of the current row.
    static void addFlags(Process &process)
    {
        QFETCH(const bool, isVFork);
        if (isVFork)
            process.setUnixProcessParameters(Process::UnixProcessFlag::UseVFork);
    }
};

#endif
