// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "tour.h"

#include "report.h"

#include <QtCore/QMetaEnum>

#include <cstdio>
#include <thread>

#include <sys/wait.h>

namespace {

void show(const char *title, const ForkFd::ChildProcess &process)
{
    QString command = process.program();
    for (const QString &argument : process.arguments())
        command += QLatin1Char(' ')
            + (argument.contains(QLatin1Char(' ')) ? u'\'' + argument + u'\'' : argument);
    std::printf("%s\n  $ %s\n  %s\n", title, qUtf8Printable(command),
                qUtf8Printable(summaryOf(process)));
}

void run(const char *title, const QString &program, const QStringList &arguments)
{
    ForkFd::ChildProcess process;
    process.start(program, arguments);
    process.waitForFinished();
    show(title, process);
}

// Some libraries wait for any child, and so steal the exit status of children that are not theirs.
void stealExitStatus()
{
    ::waitpid(-1, nullptr, 0);
}

void runBesideThief(const char *title, const QString &program, const QStringList &arguments)
{
    ForkFd::ChildProcess process;
    process.start(program, arguments);
    std::thread thief(stealExitStatus);
    thief.join(); // The thread has stolen the status now; waitpid() on the child would fail.
    process.waitForFinished();
    show(title, process);
}

} // namespace

void showTour()
{
    const QString shell = QStringLiteral("sh");
    const QString command = QStringLiteral("-c");
    run("A child that succeeds", QStringLiteral("true"), {});
    run("A child that exits with code 3", shell, {command, QStringLiteral("exit 3")});
    run("A child that a signal kills", shell, {command, QStringLiteral("kill -SEGV $$")});
    run("A program that does not exist", QStringLiteral("/no/such/program"), {});
    runBesideThief("A child whose status another thread steals with waitpid(-1)", shell,
                   {command, QStringLiteral("exit 42")});
    std::puts("\nforkfd-run COMMAND runs a command like this; forkfd-run --help lists the options.");
}

// Only a start finds out what filters and the kernel refuse.
void describeSystem()
{
    using ForkFd::ChildProcess;
    ChildProcess process;
    process.setSignalScope(ChildProcess::SignalScope::Tree);
    process.start(QStringLiteral("true"), QStringList());
    process.waitForFinished();
    const auto methods = QMetaEnum::fromType<ChildProcess::TreeMethod>();
    std::printf("%strial: %s\ntree: %s\n", qPrintable(process.describe()),
                qPrintable(summaryOf(process)),
                methods.valueToKey(static_cast<int>(process.treeMethod())));
}
