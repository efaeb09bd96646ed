// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "lifeline.h"
#include "runtool.h"

#include <QtCore/QFile>

#include <csignal>

/// What signals, a terminal and the death of its parent do to forkfd-run and its command.
/// Holds: none (it tests an example).
class tst_RunSignals : public RunToolTest
{
    Q_OBJECT

private Q_SLOTS:
    void endsTheTree_data();
    void endsTheTree();
    void killsAfterTheGrace();
    void killsAtTheSecondSignal();
    void takesRepeatsForOneRequest();
    void isNotToldWhatItSaid();
    void unblocksItsSignals();
    void passesMessagesToTheCommandAlone();
    void diesWithItsParent_data();
    void diesWithItsParent();
    void sharesTheTerminal();
    void suspendsTheTree();
    void endsWithItsTerminal();

private:
    static void send(const Process &process, int signal)
    {
        QCOMPARE(::kill(static_cast<pid_t>(process.processId()), signal), 0);
    }
    /// The portable library does not find a descendant in another session.
    static QString branch() { return FORKFD_TEST_PORTABLE ? u"same"_s : u"session"_s; }
    static QStringList withBranch(const QStringList &options, const char *first = "")
    {
        const QStringList start = QString::fromLatin1(first).split(u' ', Qt::SkipEmptyParts);
        return options + QStringList{childProgram()} + start
            + QStringList{u"branch"_s, branch(), u"say"_s, u"up"_s, u"sleep"_s};
    }
    static void startShell(Process &shell);
    static void type(Process &shell, const QString &text) { shell.write(text.toLocal8Bit()); }
    static qint64 foregroundGroup(const Process &shell);
    static void suspendAndContinue(Process &shell);
    static QByteArray readUntil(Process &process, const QByteArray &text);
};

void tst_RunSignals::endsTheTree_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<QByteArray>("end");
    QTest::newRow("SIGTERM") << SIGTERM << QByteArray("exited with code 143");
    QTest::newRow("SIGHUP") << SIGHUP << QByteArray("exited with code 129");
    QTest::newRow("SIGINT") << SIGINT << QByteArray("killed by SIGINT");
}

void tst_RunSignals::endsTheTree()
{
    QFETCH(const int, signal);
    QFETCH(const QByteArray, end);
    Process process;
    startAndAwait(process, withBranch({u"--tree"_s}));
    send(process, signal);
    QCOMPARE(resultOf(process).end, end);
}

void tst_RunSignals::killsAfterTheGrace()
{
    Process process;
    startAndAwait(process, withBranch({u"--tree"_s, u"--grace=1ms"_s}, "ignore 15"));
    send(process, SIGTERM);
    QCOMPARE(resultOf(process).end, "exited with code 137");
}

// A program that starts forkfd-run may have blocked signals for itself. The command has its mask.
void tst_RunSignals::unblocksItsSignals()
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    Process process;
    process.setLaunchOptions({.signalMask = mask});
    startAndAwait(process, withBranch({u"--tree"_s, u"--grace=1ms"_s}));
    send(process, SIGTERM);
    QCOMPARE(resultOf(process).end, "exited with code 137");
}

void tst_RunSignals::killsAtTheSecondSignal()
{
    Process process;
    startAndAwait(process, withBranch({u"--tree"_s, u"--grace=1d"_s}, "ignore 15 ignore 2"));
    send(process, SIGTERM);
    QVERIFY(!process.waitForFinished(300)); // Sooner, the second would be a part of the first.
    send(process, SIGINT);
    QCOMPARE(resultOf(process).end, "exited with code 137");
}

// timeout(1) and systemd send two signals at once. Both come while forkfd-run is stopped, and so without
// a pause in between.
void tst_RunSignals::takesRepeatsForOneRequest()
{
    Process process;
    startAndAwait(process,
                  {u"--tree"_s, u"--grace=1d"_s, u"sh"_s, u"-c"_s,
                   u"trap 'exit 5' HUP TERM; printf up; while :; do sleep 0.01; done"_s});
    for (const int signal : {SIGSTOP, SIGTERM, SIGHUP, SIGCONT})
        send(process, signal);
    QCOMPARE(resultOf(process).end, "exited with code 5");
}

// A command that signals its group has got the signal. The second signal comes when forkfd-run has
// handled the first.
void tst_RunSignals::isNotToldWhatItSaid()
{
    Process process;
    process.setLaunchOptions({.processGroup = 0});
    startAndAwait(process,
                  {u"sh"_s, u"-c"_s,
                   u"trap 'n=x$n' USR1; trap 'exit ${#n}' USR2; kill -USR1 0; printf up;"
                   "while :; do sleep 0.01; done"_s});
    send(process, SIGUSR2);
    QCOMPARE(resultOf(process).end, "exited with code 1");
}

void tst_RunSignals::passesMessagesToTheCommandAlone()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library cannot end what the child leaves.");
    Process process;
    // Without a control group, one in another session would not be found once its parent has gone.
    startAndAwait(process, command({u"--tree"_s, u"--die-with-parent"_s}, "branch same say up sleep"));
    send(process, SIGUSR1);
    const Result result = resultOf(process);
    QCOMPARE(result.end, "exited with code 138");
    QVERIFY2(result.report.startsWith("forkfd-run: killed by SIGUSR1, processes left behind: 1; wall "),
             result.report.constData());
}

void tst_RunSignals::diesWithItsParent_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("the command") << command({u"--die-with-parent"_s}, "say up sleep");
    QTest::newRow("the tree") << withBranch({u"--die-with-parent"_s, u"--tree"_s});
}

// The shell stands for any parent. The output ends when all that hold it have ended.
void tst_RunSignals::diesWithItsParent()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library does not have these options.");
    QFETCH(const QStringList, arguments);
    Process shell;
    shell.setDrainTimeout(std::chrono::minutes(2));
    shell.start(u"sh"_s, QStringList{u"-c"_s, u"\"$@\"; true"_s, u"sh"_s, runProgram()} + arguments);
    QCOMPARE(readUntil(shell, "up"), "up");
    shell.kill();
    QVERIFY(shell.waitForFinished(-1));
    QVERIFY(shell.outputComplete());
}

QByteArray tst_RunSignals::readUntil(Process &process, const QByteArray &text)
{
    QByteArray all = process.readAll();
    while (!all.contains(text) && process.waitForReadyRead(-1))
        all += process.readAll();
    return all;
}

// An interactive shell on a terminal.
void tst_RunSignals::startShell(Process &shell)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"PS1"_s, QString());
    environment.remove(u"ENV"_s);
    shell.setProcessEnvironment(environment);
    shell.setLaunchOptions({.pseudoTerminal = ForkFd::TerminalSize()});
    shell.start(u"sh"_s, {u"-i"_s});
}

// The process group that has the terminal of the shell; see proc_pid_stat(5).
qint64 tst_RunSignals::foregroundGroup(const Process &shell)
{
    QFile file(u"/proc/%1/stat"_s.arg(shell.processId()));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray status = file.readAll();
    return status.mid(status.lastIndexOf(')') + 2).split(' ').value(5).toLongLong();
}

void tst_RunSignals::suspendAndContinue(Process &shell)
{
    readUntil(shell, "up");
    type(shell, u"\x1a"_s); // Ctrl-Z
    readUntil(shell, "topped");
    QCOMPARE(foregroundGroup(shell), shell.processId());
    type(shell, u"fg >/dev/null\n"_s);
    QTRY_VERIFY_WITH_TIMEOUT(foregroundGroup(shell) != shell.processId(), 120000);
    type(shell, u"\x03"_s); // Ctrl-C
}

void tst_RunSignals::sharesTheTerminal()
{
    Process shell;
    startShell(shell);
    type(shell, runProgram() + u' ' + childProgram() + u" say up sleep\n"_s);
    suspendAndContinue(shell);
    readUntil(shell, "killed by SIGINT; wall ");
    type(shell, u"echo code $?\nexit\n"_s);
    QVERIFY(readUntil(shell, "code 1").contains("code 130"));
    QVERIFY(shell.waitForFinished(-1));
}

void tst_RunSignals::suspendsTheTree()
{
    Process shell;
    startShell(shell);
    type(shell,
         runProgram() + u" --tree "_s + childProgram() + u" branch "_s + branch()
             + u" say up sleep\n"_s);
    suspendAndContinue(shell);
    readUntil(shell, "killed by SIGINT; wall ");
    type(shell, u"exit\n"_s);
    QVERIFY(shell.waitForFinished(-1));
}

// A terminal that hangs up, such as a window that is closed, tells only the leader of its session.
void tst_RunSignals::endsWithItsTerminal()
{
    Lifeline lifeline;
    {
        Process process;
        process.setDestructionPolicy(Process::DestructionPolicy::LeaveRunning);
        process.setLaunchOptions(
            {.fileDescriptors = {lifeline.asDescriptor()}, .pseudoTerminal = ForkFd::TerminalSize()});
        startAndAwait(process, command({}, "say up sleep"));
        lifeline.letGo();
    }
    QVERIFY(lifeline.comesToBeCut());
}

QTEST_GUILESS_MAIN(tst_RunSignals)
#include "tst_runsignals.moc"
