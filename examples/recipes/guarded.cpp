// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-recipe-guarded COMMAND [ARGUMENT…]
//
// Runs a command. When this program ends, even by SIGKILL, the command ends with all that it has
// started.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>

#include <cstdio>

using ForkFd::ChildProcess;

static void endWithUs(ChildProcess &child)
{
    ForkFd::LaunchOptions options = child.launchOptions();
    options.treeDiesWithParent = true;
    child.setLaunchOptions(options);
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QStringList words = QCoreApplication::arguments().mid(1);
    if (words.isEmpty()) {
        std::fputs("forkfd-recipe-guarded COMMAND [ARGUMENT...]\n", stderr);
        return 1;
    }
    ChildProcess child;
    endWithUs(child);
    child.setProcessChannelMode(ChildProcess::ForwardedChannels);
    child.setInputChannelMode(ChildProcess::ForwardedInputChannel);
    const QString program = words.takeFirst();
    child.start(program, words);
    if (child.waitForFinished(-1))
        return child.exitStatus() == ChildProcess::NormalExit ? child.exitCode() : 1;
    std::fprintf(stderr, "%s\n", qPrintable(child.errorString()));
    return 1;
}
