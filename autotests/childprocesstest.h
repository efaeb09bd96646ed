// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CHILDPROCESSTEST_H
#define FORKFD_CHILDPROCESSTEST_H

#include "processtest.h"

#include <ForkFd/childprocess.h>

#include <QtTest/QSignalSpy>

/// Base of the tests of the Qt class.
class ChildProcessTest : public ProcessTest
{
public:
    static QString childProgram() { return QStringLiteral(FORKFD_TEST_CHILD); }

protected:
    /// The thread's hub and the event dispatcher.
    void warmUp() override
    {
        ProcessTest::warmUp();
        ForkFd::ChildProcess process;
        QSignalSpy finished(&process, &ForkFd::ChildProcess::finished);
        process.start(childProgram(), {QStringLiteral("exit"), QStringLiteral("0")});
        QTRY_COMPARE(finished.size(), 1);
    }
};

#endif
