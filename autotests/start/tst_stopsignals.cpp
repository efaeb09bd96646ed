// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "temporarychange.h"

#include <csignal>

#include <unistd.h>

using ForkFd::ChildProcess;
using UnixFlags = ChildProcess::UnixProcessFlags;
using UnixFlag = ChildProcess::UnixProcessFlag;

/// A signal that stops a process, Ctrl-Z for one, and that comes between clone and exec, does not stop
/// the child there: its parent waits for the exec. Nor does the program hear of it, or of what was done
/// against it.
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

// What the program sees of masks and dispositions when the child gets the signal in its modifier; 0:
// none.
QByteArray tst_StopSignals::dispositionsWith(int signal, UnixFlags flags)
{
    ChildProcess process;
    // In the group of the test the kernel might not stop it at all: nobody could continue it (POSIX,
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
