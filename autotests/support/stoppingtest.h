// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_STOPPINGTEST_H
#define FORKFD_STOPPINGTEST_H

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "lifeline.h"
#include "testcgroups.h"

/// Base of the tests of stop(). Also checks that no cgroup is left over.
class StoppingTest : public ChildProcessTest
{
protected:
    /// Starts the stopper, which sends the second signal.
    void warmUp() override
    {
        ChildProcessTest::warmUp();
        Process process;
        process.start(childProgram(), words("sleep"));
        process.stop();
        QVERIFY(process.waitForFinished());
    }

    // The keeper stops and reaps the children that no caller waits for any more.
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
    /// Whether the child has ended, or ends now.
    static bool ends(Process &process)
    {
        return process.state() == Process::NotRunning || process.waitForFinished();
    }
};

#endif
