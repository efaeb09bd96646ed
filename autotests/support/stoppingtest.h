// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_STOPPINGTEST_H
#define FORKFD_STOPPINGTEST_H

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "lifeline.h"
#include "testcgroups.h"

/// Base of the tests of how children are made to end: no cgroup is left over either.
class StoppingTest : public ChildProcessTest
{
protected:
    /// The thread that sends the second signal.
    void warmUp() override
    {
        ChildProcessTest::warmUp();
        Process process;
        process.start(childProgram(), words("sleep"));
        process.stop();
        QVERIFY(process.waitForFinished());
    }

    // What nobody waits for any more ends, and is collected, in its own time.
    void cleanup()
    {
        QTRY_VERIFY(!hasChildren());
        QTRY_COMPARE(TestCgroups::left(), QStringList());
        ChildProcessTest::cleanup();
    }

    /// Returns when the child has written something, which it does when it is ready.
    static void startAndAwait(Process &process, Lifeline &lifeline, const char *command)
    {
        ForkFd::LaunchOptions options;
        options.fileDescriptors = {lifeline.asDescriptor()};
        process.setLaunchOptions(options);
        process.start(childProgram(), words(command));
        lifeline.letGo();
        QVERIFY2(process.waitForReadyRead(), qPrintable(process.errorString()));
    }
    /// True when it has ended, now or before.
    static bool ends(Process &process)
    {
        return process.state() == Process::NotRunning || process.waitForFinished();
    }
};

#endif
