// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "temporarychange.h"

#include <csignal>

#include <unistd.h>

using ForkFd::ChildProcess;
using UnixFlags = ChildProcess::UnixProcessFlags;
using UnixFlag = ChildProcess::UnixProcessFlag;

/// A signal of job control, such as that of Ctrl-Z, does not stop the child between clone and exec,
/// where the parent waits for it. The program sees neither the signal nor the library's handlers.
/// Holds: L11.
class tst_StopSignals : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void beforeTheExec_data();
    void beforeTheExec();

private:
    static QByteArray dispositionsWith(int signal, UnixFlags flags);
};

void tst_StopSignals::beforeTheExec_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<UnixFlags>("flags");
    QTest::addColumn<bool>("ignored");
    for (const int signal : {SIGTSTP, SIGTTIN, SIGTTOU}) {
        const char *name = sigabbrev_np(signal);
        QTest::addRow("%s, fork", name) << signal << UnixFlags() << false;
        QTest::addRow("%s, vfork", name) << signal << UnixFlags(UnixFlag::UseVFork) << false;
        QTest::addRow("%s, reset", name)
            << signal << (UnixFlag::UseVFork | UnixFlag::ResetSignalHandlers) << true;
        QTest::addRow("%s, ignored", name) << signal << UnixFlags(UnixFlag::UseVFork) << true;
    }
}

// Returns the program's masks and dispositions after a modifier that raises `signal` (0: none).
QByteArray tst_StopSignals::dispositionsWith(int signal, UnixFlags flags)
{
    ChildProcess process;
    // The test's group may be orphaned, and the kernel stops no process of such a group (POSIX,
    // "Orphaned Process Group").
    ForkFd::LaunchOptions options;
    options.processGroup = 0;
    process.setLaunchOptions(options);
    process.setUnixProcessParameters(flags);
    process.setChildProcessModifier([signal] {
        if (signal != 0)
            kill(getpid(), signal);
    });
    process.start(childProgram(), words("signals"));
    process.waitForFinished(60000);
    return process.readAll();
}

void tst_StopSignals::beforeTheExec()
{
    QFETCH(int, signal);
    QFETCH(UnixFlags, flags);
    QFETCH(bool, ignored);
    const TemporaryAction parents(
        signal, ignored ? SIG_IGN : [](int) {});
    const QByteArray usual = dispositionsWith(0, flags);
    QVERIFY(!usual.isEmpty());
    QCOMPARE(dispositionsWith(signal, flags), usual);
}

QTEST_GUILESS_MAIN(tst_StopSignals)
#include "tst_stopsignals.moc"
