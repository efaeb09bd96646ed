// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

using ForkFd::ChildProcess;

/// finished() comes once for each child, with its exit code.
class tst_Finished : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void everyCode();
};

void tst_Finished::everyCode()
{
    for (int code = 0; code <= 255; ++code) {
        ChildProcess process;
        QSignalSpy finished(&process, &ChildProcess::finished);
        process.start(childProgram(), {QStringLiteral("exit"), QString::number(code)});
        QTRY_COMPARE(finished.size(), 1);
        QCOMPARE(finished.front().at(0).toInt(), code);
        QCOMPARE(process.exitCode(), code);
        QCOMPARE(process.exitStatus(), ChildProcess::NormalExit);
        QCOMPARE(process.state(), ChildProcess::NotRunning);
    }
}

QTEST_GUILESS_MAIN(tst_Finished)
#include "tst_finished.moc"
