// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "run.h"

#include <QtCore/QEventLoop>
#include <QtCore/QSocketNotifier>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

namespace {

int signalPipe[2] = {-1, -1};

// Runs in a signal handler: async-signal-safe calls only. Passes signals from other processes to the
// event loop, which forwards them. The child gets the terminal's signals (SI_KERNEL) directly.
void noteSignal(int number, siginfo_t *info, void *)
{
    if (info->si_code == SI_KERNEL)
        return;
    const int savedErrno = errno;
    const auto byte = static_cast<char>(number);
    [[maybe_unused]] const ssize_t written = ::write(signalPipe[1], &byte, 1);
    errno = savedErrno;
}

bool noteSignals()
{
    if (::pipe2(signalPipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    for (const int number : {SIGINT, SIGTERM, SIGQUIT, SIGHUP}) {
        struct sigaction current = {};
        ::sigaction(number, nullptr, &current);
        if (current.sa_handler == SIG_IGN) // For example under nohup(1).
            continue;
        struct sigaction action = {};
        action.sa_sigaction = noteSignal;
        action.sa_flags = SA_SIGINFO | SA_RESTART;
        ::sigaction(number, &action, nullptr);
    }
    return true;
}

// Returns the exit status that bash(1), "EXIT STATUS", describes.
int shellStatus(const ForkFd::ChildProcess &process)
{
    if (process.error() == ForkFd::ChildProcess::FailedToStart)
        return process.startError().errorCode == ENOENT ? 127 : 126;
    switch (process.exitStatus()) {
    case ForkFd::ChildProcess::NormalExit:
        return process.exitCode();
    case ForkFd::ChildProcess::CrashExit:
        return 128 + process.exitInfo().signal;
    case ForkFd::ChildProcess::UnknownExit:
        break;
    }
    return 1;
}

} // namespace

int runCommand(const QString &program, const QStringList &arguments)
{
    if (!noteSignals()) {
        std::perror("run: pipe");
        return 1;
    }
    ForkFd::ChildProcess process;
    process.setProcessChannelMode(ForkFd::ChildProcess::ForwardedChannels);
    process.setInputChannelMode(ForkFd::ChildProcess::ForwardedInputChannel);

    QSocketNotifier signalNotifier(signalPipe[0], QSocketNotifier::Read);
    QObject::connect(&signalNotifier, &QSocketNotifier::activated, &process, [&process] {
        for (char number; ::read(signalPipe[0], &number, 1) == 1;)
            process.sendSignal(number);
    });

    QEventLoop loop;
    QObject::connect(&process, &ForkFd::ChildProcess::finished, &loop, &QEventLoop::quit);
    QObject::connect(&process, &ForkFd::ChildProcess::errorOccurred, &loop, [&] {
        if (process.error() == ForkFd::ChildProcess::FailedToStart)
            loop.quit();
    });
    process.start(program, arguments);
    if (process.state() != ForkFd::ChildProcess::NotRunning)
        loop.exec();

    std::fprintf(stderr, "run: %s\n", qUtf8Printable(summaryOf(process)));
    return shellStatus(process);
}
