// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"
#include "testterminal.h"

#include <csignal>

#include <sys/ioctl.h>
#include <unistd.h>

namespace {

using Scope = Process::SignalScope;
using Flag = Process::UnixProcessFlag;

/// In a forked copy: begins a session on `terminal`, and is its foreground group.
bool takeTerminal(const TestTerminal &terminal)
{
    signal(SIGHUP, SIG_IGN); // The kernel sends it when the terminal closes.
    return setsid() > 0 && dup2(terminal.descriptor(), STDIN_FILENO) == STDIN_FILENO
        && ioctl(STDIN_FILENO, TIOCSCTTY, 0) == 0;
}

/// Answers the program's question on the terminal's other end.
void answer(int master)
{
    pollfd asked = {master, POLLIN, 0};
    while (poll(&asked, 1, 10000) < 0 && errno == EINTR) { }
    static_cast<void>(!write(master, "secret\n", 7));
}

/// Returns the child's output, or that it has not ended: the library does not notice a stopped child.
QByteArray resultOf(Process &process)
{
    const bool hasEnded = process.waitForFinished(10000);
    return hasEnded ? process.readAll() : QByteArray("it is stopped");
}

} // namespace

/// Programs that ask a question on a terminal, started by a program that has this terminal.
/// Holds: R4.
class tst_Prompt : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void controllingTerminal_data();
    void controllingTerminal();
    void forwardedTerminal_data();
    void forwardedTerminal();
    void otherTerminal();
    void pseudoTerminal();
    void staysInOurSession_data();
    void staysInOurSession();
    void withoutTerminal();
};

void tst_Prompt::controllingTerminal_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<QByteArray>("result");
    QTest::newRow("process") << Scope::Process << QByteArray("secret\n");
    const QByteArray none = "no terminal: No such device or address\n";
    QTest::newRow("group") << Scope::Group << none;
    QTest::newRow("tree") << Scope::Tree << none;
}

void tst_Prompt::controllingTerminal()
{
    QFETCH(const Scope, scope);
    const QByteArray result = inForkedCopy([scope] {
        const TestTerminal terminal;
        if (!takeTerminal(terminal))
            return QByteArray("no terminal");
        Process process;
        process.setSignalScope(scope);
        process.start(childProgram(), words("prompt"));
        if (scope == Scope::Process)
            answer(terminal.master());
        return resultOf(process);
    });
    QTEST(result, "result");
}

void tst_Prompt::forwardedTerminal_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<Flag>("flag");
    for (const Flag flag : {Flag{}, Flag::CreateNewSession, Flag::DisconnectControllingTerminal}) {
        const QByteArray name = flag == Flag{} ? "" : ", " + QByteArray(nameOf(flag).toLatin1());
        QTest::addRow("process%s", name.constData()) << Scope::Process << flag;
        QTest::addRow("group%s", name.constData()) << Scope::Group << flag;
        QTest::addRow("tree%s", name.constData()) << Scope::Tree << flag;
    }
}

void tst_Prompt::forwardedTerminal()
{
    QFETCH(const Scope, scope);
    QFETCH(const Flag, flag);
    const QByteArray result = inForkedCopy([scope, flag] {
        const TestTerminal terminal;
        if (!takeTerminal(terminal))
            return QByteArray("no terminal");
        Process process;
        process.setInputChannelMode(Process::ForwardedInputChannel);
        process.setUnixProcessParameters(flag);
        process.setSignalScope(scope);
        process.start(childProgram(), words("ask 0"));
        if (process.startError().step)
            return text(process.startError());
        answer(terminal.master());
        return resultOf(process);
    });
    QCOMPARE(result, "secret\n");
}

// The child gives up the controlling terminal even if none of its descriptors leads there.
void tst_Prompt::otherTerminal()
{
    const QByteArray result = inForkedCopy([] {
        const TestTerminal ours;
        const TestTerminal other;
        if (!takeTerminal(ours) || dup2(other.descriptor(), STDIN_FILENO) != STDIN_FILENO)
            return QByteArray("no terminal");
        Process process;
        process.setInputChannelMode(Process::ForwardedInputChannel);
        process.setSignalScope(Scope::Group);
        process.start(childProgram(), words("ask 0 prompt"));
        answer(other.master());
        return resultOf(process);
    });
    QCOMPARE(result, "secret\nno terminal: No such device or address\n");
}

void tst_Prompt::pseudoTerminal()
{
    const QByteArray result = inForkedCopy([] {
        const TestTerminal terminal;
        if (!takeTerminal(terminal))
            return QByteArray("no terminal");
        ForkFd::LaunchOptions options;
        options.pseudoTerminal.emplace();
        Process process;
        process.setLaunchOptions(options);
        process.setSignalScope(Scope::Group);
        process.start(childProgram(), words("prompt"));
        process.waitForReadyRead();
        process.write("secret\n");
        return resultOf(process);
    });
    QCOMPARE(result, "Password: secret\r\n");
}

void tst_Prompt::staysInOurSession_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::newRow("group") << Scope::Group;
    QTest::newRow("tree") << Scope::Tree;
}

// A process can join a group of its session only.
void tst_Prompt::staysInOurSession()
{
    QFETCH(const Scope, scope);
    const QByteArray result = inForkedCopy([scope] {
        const TestTerminal terminal;
        if (!takeTerminal(terminal))
            return QByteArray("no terminal");
        Process leader;
        leader.setSignalScope(scope);
        leader.start(childProgram(), words("echo"));
        ForkFd::LaunchOptions options;
        options.processGroup = static_cast<pid_t>(leader.processId());
        Process other;
        other.setLaunchOptions(options);
        other.start(childProgram(), words("session"));
        const QByteArray expected =
            QByteArray::number(leader.processId()) + ' ' + QByteArray::number(getsid(0)) + '\n';
        const QByteArray seen = resultOf(other);
        leader.closeWriteChannel();
        leader.waitForFinished();
        const bool hasTerminal = tcgetpgrp(STDIN_FILENO) == getpgrp();
        return seen.endsWith(' ' + expected) && hasTerminal ? QByteArray()
                                                            : seen + text(other.startError());
    });
    QCOMPARE(result, QByteArray());
}

void tst_Prompt::withoutTerminal()
{
    const QByteArray result = inForkedCopy([] {
        setsid();
        Process process;
        process.setSignalScope(Scope::Group);
        process.start(childProgram(), words("prompt"));
        return resultOf(process);
    });
    QCOMPARE(result, "no terminal: No such device or address\n");
}

QTEST_GUILESS_MAIN(tst_Prompt)
#include "tst_prompt.moc"
