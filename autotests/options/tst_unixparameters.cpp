// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "systemcallfilter.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <cerrno>
#include <climits>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

using Flag = Process::UnixProcessFlag;
using Flags = Process::UnixProcessFlags;
using Parameters = Process::UnixProcessParameters;

/// The changes of UnixProcessParameters in the child.
/// Holds: H13.
class tst_UnixParameters : public ChildProcessTest
{
    Q_OBJECT

protected:
    void warmUp() override;

private Q_SLOTS:
    void settings();
    void signalHandlers_data();
    void signalHandlers();
    void descriptors_data();
    void descriptors();
    void session_data();
    void session();
    void sessionFails();
    void terminal_data();
    void terminal();
    void detached();
    void keptAcrossRestarts();
#ifndef FORKFD_TEST_QPROCESS // QProcess closes the descriptor that reports a failed exec, and has newer
                             // flags in 6.9.
    void failedExec();
    void descriptorsWithoutCloseRange_data();
    void descriptorsWithoutCloseRange();
    void mappedDescriptors();
    void coreDumps();
    void terminalBelowALimit_data();
    void terminalBelowALimit();
    void all();
#endif

private:
    static QByteArray output(Process &process, const char *words);
    static QByteArray output(Flags flags, const char *words);
    static QByteArray beginSession(bool hasTerminal);
};

// Returns why it cannot; empty on success.
QByteArray tst_UnixParameters::beginSession(bool hasTerminal)
{
    setsid();
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        return "no terminals";
    // The first terminal that a session leader opens becomes its controlling terminal.
    return hasTerminal && open(ptsname(master), O_RDWR | O_CLOEXEC) < 0 ? "no terminal" : "";
}

// QProcess installs its SIGCHLD handler with the first child that it forks.
void tst_UnixParameters::warmUp()
{
    ChildProcessTest::warmUp();
    Process process;
    process.setChildProcessModifier([] {});
    QCOMPARE(output(process, "args abc"), "abc");
}

// Returns the child's output, or why it did not start.
QByteArray tst_UnixParameters::output(Process &process, const char *words)
{
    process.start(childProgram(), ChildProcessTest::words(words));
    return process.waitForFinished() ? process.readAll().trimmed() : process.errorString().toUtf8();
}

QByteArray tst_UnixParameters::output(Flags flags, const char *words)
{
    Process process;
    process.setUnixProcessParameters(flags);
    return output(process, words);
}

void tst_UnixParameters::settings()
{
    Process process;
    QCOMPARE(process.unixProcessParameters().flags, Flags());
    QCOMPARE(process.unixProcessParameters().lowestFileDescriptorToClose, 0);
    process.setUnixProcessParameters(Parameters{Flag::CloseFileDescriptors, -7});
    QCOMPARE(process.unixProcessParameters().flags, Flags(Flag::CloseFileDescriptors));
    QCOMPARE(process.unixProcessParameters().lowestFileDescriptorToClose, -7);
    process.setUnixProcessParameters(Flag::IgnoreSigPipe | Flag::UseVFork);
    QCOMPARE(process.unixProcessParameters().flags, Flag::IgnoreSigPipe | Flag::UseVFork);
    QCOMPARE(process.unixProcessParameters().lowestFileDescriptorToClose, 0);
    QCOMPARE(output(process, "args abc"), "abc");
}

void tst_UnixParameters::signalHandlers_data()
{
    QTest::addColumn<Flags>("flags");
    QTest::addColumn<QList<int>>("ignored");
    QTest::newRow("none") << Flags() << QList<int>{SIGUSR1};
    QTest::newRow("ResetSignalHandlers") << Flags(Flag::ResetSignalHandlers) << QList<int>{};
    QTest::newRow("IgnoreSigPipe") << Flags(Flag::IgnoreSigPipe) << QList<int>{SIGUSR1, SIGPIPE};
    QTest::newRow("both") << (Flag::ResetSignalHandlers | Flag::IgnoreSigPipe) << QList<int>{SIGPIPE};
}

void tst_UnixParameters::signalHandlers()
{
    QFETCH(const Flags, flags);
    QFETCH(const QList<int>, ignored);
    const TemporaryAction ignore(SIGUSR1, SIG_IGN);
    const TemporaryAction handle(SIGUSR2, [](int) {});
    const TemporaryAction ignorePipe(SIGPIPE, SIG_IGN);
    const QByteArray seen = output(flags, "signals");
    const qsizetype begin = seen.indexOf("SigIgn:\t");
    QVERIFY(begin >= 0);
    const quint64 mask = seen.mid(begin + 8, 16).toULongLong(nullptr, 16);
    for (const int signal : {SIGUSR1, SIGUSR2, SIGPIPE})
        QCOMPARE((mask >> (signal - 1) & 1) != 0, ignored.contains(signal));
    if (flags.testFlag(Flag::ResetSignalHandlers))
        QCOMPARE(mask, flags.testFlag(Flag::IgnoreSigPipe) ? quint64(1) << (SIGPIPE - 1) : 0);
}

void tst_UnixParameters::descriptors_data()
{
    QTest::addColumn<Flags>("flags");
    QTest::addColumn<int>("lowest");
    QTest::addColumn<bool>("has100");
    QTest::addColumn<bool>("has101");
    const Flags close = Flag::CloseFileDescriptors;
    QTest::newRow("not asked for") << Flags() << 0 << true << true;
    QTest::newRow("all") << close << 0 << false << false;
    QTest::newRow("from 2 on") << close << 2 << false << false;
    QTest::newRow("from 100 on") << close << 100 << false << false;
    QTest::newRow("from 101 on") << close << 101 << true << false;
    QTest::newRow("from 102 on") << close << 102 << true << true;
    QTest::newRow("a negative number") << close << -1 << false << false;
    QTest::newRow("the lowest number") << close << INT_MIN << false << false;
    QTest::newRow("the highest number") << close << INT_MAX << true << true;
}

void tst_UnixParameters::descriptors()
{
    QFETCH(const Flags, flags);
    QFETCH(const int, lowest);
    const int first = fcntl(STDIN_FILENO, F_DUPFD, 100);
    const int second = fcntl(STDIN_FILENO, F_DUPFD, 101);
    Process process;
    process.setUnixProcessParameters(Parameters{flags, lowest});
    const QByteArrayList seen = output(process, "fds").split(' ');
    ::close(first);
    ::close(second);
    QCOMPARE(first, 100);
    QCOMPARE(second, 101);
    for (const char *standard : {"0", "1", "2"})
        QVERIFY(seen.contains(standard));
    QTEST(seen.contains("100"), "has100");
    QTEST(seen.contains("101"), "has101");
    if (flags && lowest <= 3)
        QCOMPARE(seen.size(), 3);
}

void tst_UnixParameters::session_data()
{
    QTest::addColumn<Flags>("flags");
    QTest::addColumn<bool>("isNew");
    QTest::newRow("none") << Flags() << false;
    QTest::newRow("CreateNewSession") << Flags(Flag::CreateNewSession) << true;
}

void tst_UnixParameters::session()
{
    QFETCH(const Flags, flags);
    QFETCH(const bool, isNew);
    Process process;
    process.setUnixProcessParameters(flags);
    process.start(childProgram(), words("session"));
    const pid_t pid = static_cast<pid_t>(process.processId());
    QVERIFY(process.waitForFinished());
    const QByteArray group = QByteArray::number(isNew ? pid : getpgrp());
    const QByteArray session = QByteArray::number(isNew ? pid : getsid(0));
    QCOMPARE(process.readAll(), QByteArray::number(getpid()) + ' ' + group + ' ' + session + '\n');
}

// A session leader cannot create a session.
void tst_UnixParameters::sessionFails()
{
    Process process;
    process.setChildProcessModifier([] { setsid(); });
    process.setUnixProcessParameters(Flag::CreateNewSession);
    output(process, "session");
    QVERIFY(says(process, u"Child process set up failed: setsid: Operation not permitted"_s));
    QCOMPARE(process.error(), Process::FailedToStart);
#ifndef FORKFD_TEST_QPROCESS
    QCOMPARE(process.startError(), (ForkFd::StartError{"unixProcessParameters", EPERM}));
#endif
}

void tst_UnixParameters::terminal_data()
{
    QTest::addColumn<Flags>("flags");
    QTest::addColumn<bool>("hasTerminal");
    QTest::addColumn<QByteArray>("seen");
    const Flags leave = Flag::DisconnectControllingTerminal;
    QTest::newRow("none") << Flags() << true << QByteArray("yes");
    QTest::newRow("leaves it") << leave << true << QByteArray("no");
    QTest::newRow("leaves its session") << Flags(Flag::CreateNewSession) << true << QByteArray("no");
    QTest::newRow("leaves both") << (leave | Flag::CreateNewSession) << true << QByteArray("no");
    QTest::newRow("there is none") << leave << false << QByteArray("no");
}

void tst_UnixParameters::terminal()
{
    QFETCH(const Flags, flags);
    QFETCH(const bool, hasTerminal);
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        if (const QByteArray fault = beginSession(hasTerminal); !fault.isEmpty())
            return fault;
        return output(flags, "terminal");
    });
    if (result == "no terminals")
        QSKIP("This system has no pseudo-terminals.");
    QTEST(result, "seen");
}

void tst_UnixParameters::detached()
{
    TestPipe output;
    Process process;
    process.setProgram(childProgram());
    process.setArguments(words("session signals fds"));
    process.setStandardOutputFile(u"/proc/self/fd/%1"_s.arg(output.writeEnd()));
    process.setUnixProcessParameters(Flag::CreateNewSession | Flag::IgnoreSigPipe
                                     | Flag::ResetSignalHandlers | Flag::CloseFileDescriptors);
    qint64 pid = 0;
    QVERIFY(process.startDetached(&pid));
    output.closeWriteEnd();
    const QByteArray seen = output.readAll();
    const QByteArray number = QByteArray::number(pid);
    QVERIFY(seen.contains(' ' + number + ' ' + number + '\n'));
    QVERIFY(seen.contains("SigIgn:\t0000000000001000\n"));
    QVERIFY(seen.endsWith("\n0 1 2 \n"));

    process.setStandardOutputFile(QString());
    process.setUnixProcessParameters(Flag::CreateNewSession);
    process.setChildProcessModifier([] { setsid(); });
    QVERIFY(!process.startDetached());
    QVERIFY(says(process, u"Child process set up failed: setsid: Operation not permitted"_s));
}

void tst_UnixParameters::keptAcrossRestarts()
{
    Process process;
    process.setUnixProcessParameters(Flag::CloseFileDescriptors);
    for (int i = 0; i < 3; ++i)
        QCOMPARE(output(process, "fds"), "0 1 2");
}

#ifndef FORKFD_TEST_QPROCESS

// CloseFileDescriptors must not close the descriptor that reports the failed exec.
void tst_UnixParameters::failedExec()
{
    Process process;
    for (const bool isFork : {false, true}) {
        if (isFork)
            process.setChildProcessModifier([] {});
        process.setUnixProcessParameters(Flag::CloseFileDescriptors);
        process.start(u"/no/such/program"_s);
        QVERIFY(!process.waitForStarted());
        QVERIFY(says(process, u"Child process set up failed: execve: No such file or directory"_s));
    }
}

void tst_UnixParameters::descriptorsWithoutCloseRange_data()
{
    QTest::addColumn<int>("errorCode");
    QTest::newRow("an older kernel") << ENOSYS;
    QTest::newRow("a kernel without the flags") << EINVAL;
    QTest::newRow("a sandbox") << EPERM;
}

void tst_UnixParameters::descriptorsWithoutCloseRange()
{
    QFETCH(const int, errorCode);
    const QByteArray result = inRefusedCopy({{SYS_close_range, errorCode}}, [&]() -> QByteArray {
        fcntl(STDIN_FILENO, F_DUPFD, 100);
        return output(Flag::CloseFileDescriptors, "fds");
    });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, "0 1 2");
}

void tst_UnixParameters::mappedDescriptors()
{
    const TestPipe pipe;
    Process process;
    process.setLaunchOptions({.fileDescriptors = {{50, pipe.readEnd()}, {51, pipe.writeEnd()}}});
    process.setUnixProcessParameters(Flag::CloseFileDescriptors);
    QCOMPARE(output(process, "fds"), "0 1 2 50 51");
    process.setUnixProcessParameters(Parameters{Flag::CloseFileDescriptors, 51});
    QVERIFY(output(process, "fds").endsWith("50 51"));
}

void tst_UnixParameters::coreDumps()
{
    const TemporaryLimit limit(RLIMIT_CORE, RLIM_INFINITY);
    const QByteArrayList before = output(Flags(), "cores").split(' ');
    const QByteArrayList after = output(Flag::DisableCoreDumps, "cores").split(' ');
    QCOMPARE(before.size(), 2);
    if (before[0] == "0")
        QSKIP("No core dumps are allowed here.");
    QCOMPARE(after[0], "0");
    QCOMPARE(after[1], before[1]);
    QCOMPARE(output(Flags(), "cores").split(' '), before); // The parent's limits have not changed.
}

void tst_UnixParameters::terminalBelowALimit_data()
{
    terminal_data();
}

// /dev/tty was opened after the limits, which left no descriptor.
void tst_UnixParameters::terminalBelowALimit()
{
    QFETCH(const Flags, flags);
    QFETCH(const bool, hasTerminal);
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        if (const QByteArray fault = beginSession(hasTerminal); !fault.isEmpty())
            return fault;
        Process process;
        process.setLaunchOptions({.resourceLimits = {{RLIMIT_NOFILE, 64, 64}}});
        process.setUnixProcessParameters(flags);
        while (open("/dev/null", O_RDONLY | O_CLOEXEC) < 64) { }
        return output(process, "terminal");
    });
    if (result == "no terminals")
        QSKIP("This system has no pseudo-terminals.");
    QTEST(result, "seen");
}

void tst_UnixParameters::all()
{
    const TemporaryLimit limit(RLIMIT_CORE, RLIM_INFINITY);
    const TemporaryAction ignore(SIGUSR1, SIG_IGN);
    const QByteArrayList lines =
        output(Flag::ResetSignalHandlers | Flag::IgnoreSigPipe | Flag::CloseFileDescriptors
                   | Flag::UseVFork | Flag::CreateNewSession | Flag::DisconnectControllingTerminal
                   | Flag::ResetIds | Flag::DisableCoreDumps,
               "signals fds terminal cores session")
            .split('\n');
    QCOMPARE(lines.size(), 7);
    QCOMPARE(lines[1], "SigIgn:\t0000000000001000");
    QCOMPARE(lines[3], "0 1 2 ");
    QCOMPARE(lines[4], "no");
    QVERIFY(lines[5].startsWith("0 "));
    QCOMPARE(lines[6].split(' ')[1], lines[6].split(' ')[2]);
}

#endif

QTEST_GUILESS_MAIN(tst_UnixParameters)
#include "tst_unixparameters.moc"
