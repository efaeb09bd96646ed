// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-recipe-watched LOG COMMAND [ARGUMENT…]
//
// Starts a command that survives this program, and prints how the command ended if it ends first. Its
// output goes to the file LOG. This program ends at the end of its standard input.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>
#include <QtCore/QSocketNotifier>

#include <cstdio>

#include <unistd.h>

using ForkFd::ChildProcess;

static void surviveUs(ChildProcess &child, const QString &log)
{
    ForkFd::LaunchOptions options;
    options.newSession = true; // The hang-up of our terminal does not reach the child.
    child.setLaunchOptions(options);
    child.setDestructionPolicy(ChildProcess::DestructionPolicy::LeaveRunning);
    child.setStandardInputFile(ChildProcess::nullDevice()); // A pipe would end with us.
    child.setStandardOutputFile(log, QIODevice::Append);
    child.setProcessChannelMode(ChildProcess::MergedChannels);
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList words = QCoreApplication::arguments();
    if (words.size() < 3) {
        std::fputs("forkfd-recipe-watched LOG COMMAND [ARGUMENT...]\n", stderr);
        return 125;
    }
    ChildProcess child;
    surviveUs(child, words[1]);
    QObject::connect(&child, &ChildProcess::finished, [&child] {
        std::printf("%s\n", child.exitInfo().toString().c_str());
        QCoreApplication::quit();
    });
    QSocketNotifier input(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, [] {
        char byte = 0;
        if (read(STDIN_FILENO, &byte, 1) <= 0)
            QCoreApplication::quit();
    });
    child.start(words[2], words.mid(3));
    if (child.startError().step) {
        std::printf("%s\n", child.startError().toString().c_str());
        return 1;
    }
    return QCoreApplication::exec();
}
