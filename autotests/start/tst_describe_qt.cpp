// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <chrono>

/// ChildProcess::describe() says what start() would do, and gives no secret away.
/// Holds: L17.
class tst_DescribeQt : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void defaults();
    void settings();
    void streams();
    void program();

private:
    static QStringList linesOf(const Process &process) { return process.describe().split(u'\n'); }
};

void tst_DescribeQt::defaults()
{
    Process process;
    process.setProgram(childProgram());
    process.setArguments({u"exit"_s, u"secret"_s});
    const QStringList lines = linesOf(process);
    const QString mode = nameOf(process.startMode());
    for (const QString &line :
         {u"program: "_s + childProgram(), u"arguments: 2"_s, u"directory: the parent's"_s,
          u"environment: the parent's"_s, u"options: none"_s, u"standard input: pipe"_s,
          u"standard output: pipe"_s, u"standard error: pipe"_s, u"parameters: none"_s,
          u"modifier: none"_s, u"start mode: "_s + mode, u"scope: Process"_s,
          u"stop: SIGTERM, SIGKILL after 5000 ms"_s, u"time limit: none"_s, u"destruction: Kill"_s})
        QVERIFY2(lines.contains(line), qPrintable(line + u" is missing in\n"_s + lines.join(u'\n')));
    QVERIFY(!lines.join(u'\n').contains(u"secret"_s));
}

void tst_DescribeQt::settings()
{
    Process process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"FORKFD_TEST_NEW"_s, u"secret"_s);
    process.setProcessEnvironment(environment);
    process.setLaunchOptions({.processGroup = 1, .umask = 07777});
    process.setChildProcessModifier([] {});
    process.setUnixProcessParameters(Process::UnixProcessFlag::UseVFork
                                     | Process::UnixProcessFlag::IgnoreSigPipe);
    process.setSignalScope(Process::SignalScope::Tree);
    process.setTimeLimit(std::chrono::seconds(3));
    process.setStopSignal(SIGINT);
    process.setDestructionPolicy(Process::DestructionPolicy::Stop);
    const QStringList lines = linesOf(process);
    for (const QString &line :
         {u"program: none"_s, u"environment: its own; sets FORKFD_TEST_NEW"_s,
          u"options: processGroup 1, umask 7777"_s, u"modifier: in shared memory, if possible"_s,
          u"parameters: IgnoreSigPipe, UseVFork"_s, u"scope: Tree"_s,
          u"wrong scope: the options name a process group"_s, u"stop: SIGINT, SIGKILL after 5000 ms"_s,
          u"time limit: 3000 ms"_s, u"destruction: Stop"_s})
        QVERIFY2(lines.contains(line), qPrintable(line + u" is missing in\n"_s + lines.join(u'\n')));
    QVERIFY(!lines.filter(u"wrong option: umask"_s).isEmpty());
    QVERIFY(!lines.join(u'\n').contains(u"secret"_s));
}

void tst_DescribeQt::streams()
{
    Process process;
    Process other;
    process.setStandardInputFile(u"/tmp/input"_s);
    process.setStandardOutputProcess(&other);
    process.setProcessChannelMode(Process::MergedChannels);
    QStringList lines = linesOf(process);
    QVERIFY(lines.contains(u"standard input: file /tmp/input"_s));
    QVERIFY(lines.contains(u"standard output: pipe to another child"_s));
    QVERIFY(lines.contains(u"standard error: as standard output"_s));
    other.setProcessChannelMode(Process::ForwardedErrorChannel);
    other.setLaunchOptions({.pseudoTerminal = ForkFd::TerminalSize()});
    lines = linesOf(other);
    QVERIFY(lines.contains(u"standard input: pipe to another child"_s));
    QVERIFY(lines.contains(u"standard output: pseudo-terminal"_s));
    QVERIFY(lines.contains(u"standard error: the parent's"_s));
    QVERIFY(lines.contains(u"stop: SIGHUP, SIGKILL after 5000 ms"_s));
}

void tst_DescribeQt::program()
{
    Process process;
    process.setProgram(u"no-such-program"_s);
    QVERIFY(
        linesOf(process).contains(u"program: no-such-program, not found: No such file or directory"_s));
    process.setProgram(u"sh"_s);
    const QStringList found = linesOf(process).filter(u"program: /"_s);
    QCOMPARE(found.size(), 1);
    QVERIFY(found.constFirst().endsWith(u", from sh"_s));
}

QTEST_GUILESS_MAIN(tst_DescribeQt)
#include "tst_describe_qt.moc"
