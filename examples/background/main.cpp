// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-background COMMAND [ARGUMENT…]
//
// Runs a command twice, and prints how long start() held its caller: once until the command was
// executed, and once with a start in the background.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>
#include <QtCore/QElapsedTimer>

#include <cstdio>
#include <string>

using ForkFd::ChildProcess;

static bool runs(const QStringList &words, ChildProcess::StartMode mode, const char *name)
{
    ChildProcess child;
    child.setProcessChannelMode(ChildProcess::ForwardedChannels);
    child.setInputChannelMode(ChildProcess::ForwardedInputChannel);
    child.setStartMode(mode);
    QElapsedTimer timer;
    timer.start();
    child.start(words[1], words.mid(2));
    const qint64 held = timer.nsecsElapsed() / 1000;
    const bool hasEnded = child.waitForFinished(-1);
    const std::string end = hasEnded ? child.exitInfo().toString() : child.startError().toString();
    std::printf("%s: start() took %lld us; %s\n", name, static_cast<long long>(held), end.c_str());
    return hasEnded;
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList words = QCoreApplication::arguments();
    if (words.size() < 2) {
        std::fputs("forkfd-background COMMAND [ARGUMENT...]\n", stderr);
        return 125;
    }
    const bool hasRun = runs(words, ChildProcess::StartMode::Direct, "direct");
    return runs(words, ChildProcess::StartMode::Background, "background") && hasRun ? 0 : 127;
}
