// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <cerrno>

using ForkFd::ChildProcess;

/// With an unknown FORKFD_BACKEND every start fails, and the error says why.
/// Holds: P8.
class tst_BackendQt : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("FORKFD_BACKEND", "nonsense");
    } // Before the first start, which reads it.
    void everyStartFails();
};

void tst_BackendQt::everyStartFails()
{
    ChildProcess process;
    QSignalSpy failed(&process, &ChildProcess::errorOccurred);
    QSignalSpy finished(&process, &ChildProcess::finished);
    for (int i = 1; i <= 3; ++i) {
        process.start(ChildProcessTest::childProgram(), ChildProcessTest::words("exit 0"));
        QCOMPARE(failed.size(), i); // Inside start(), not later.
        QCOMPARE(process.state(), ChildProcess::NotRunning);
        QCOMPARE(process.error(), ChildProcess::FailedToStart);
        QCOMPARE(process.startError(), (ForkFd::StartError{"backend", EINVAL}));
        QVERIFY(process.errorString().contains(u"backend"_s));
        QVERIFY(QString::fromStdString(process.startError().toString()).contains(u"FORKFD_BACKEND"_s));
    }
    QCoreApplication::processEvents();
    QCOMPARE(failed.size(), 3);
    QCOMPARE(finished.size(), 0);
}

QTEST_GUILESS_MAIN(tst_BackendQt)
#include "tst_backend_qt.moc"
