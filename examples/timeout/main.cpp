// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-timeout SECONDS GRACE COMMAND [ARGUMENT…]
//
// Runs a command for at most SECONDS. Then it sends SIGTERM to the command and its descendants, and
// SIGKILL to those that are still alive GRACE seconds later. Like timeout(1), exits with the command's
// exit code, or with 124 after a timeout. If it is killed, the command and its descendants die, too.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <optional>

using ForkFd::ChildProcess;

static std::optional<std::chrono::milliseconds> seconds(const QString &text)
{
    bool isNumber = false;
    const double number = text.toDouble(&isNumber);
    if (!isNumber || !(number >= 0 && number <= 1e9))
        return std::nullopt;
    // Rounded up, because 0 means no limit.
    return std::chrono::milliseconds(static_cast<qint64>(std::ceil(number * 1000)));
}

// As systemd starts its units: the command inherits it, as without this program.
static bool isSigPipeIgnored()
{
    struct sigaction action = {};
    return sigaction(SIGPIPE, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList words = QCoreApplication::arguments();
    const auto limit = seconds(words.value(1));
    const auto grace = seconds(words.value(2));
    if (words.size() < 4 || !limit || !grace) {
        std::fputs("forkfd-timeout SECONDS GRACE COMMAND [ARGUMENT...]\n", stderr);
        return 125;
    }

    ChildProcess child;
    child.setProcessChannelMode(ChildProcess::ForwardedChannels);
    child.setInputChannelMode(ChildProcess::ForwardedInputChannel);
    if (isSigPipeIgnored())
        child.setUnixProcessParameters(ChildProcess::UnixProcessFlag::IgnoreSigPipe);
    child.setSignalScope(ChildProcess::SignalScope::Tree);
    child.setLaunchOptions({.treeDiesWithParentIfPossible = true});
    child.setTimeLimit(*limit);
    child.setStopGrace(*grace);

    QObject::connect(&child, &ChildProcess::errorOccurred, [&child](ChildProcess::ProcessError error) {
        if (error == ChildProcess::FailedToStart) {
            std::fprintf(stderr, "forkfd-timeout: %s\n", child.startError().toString().c_str());
            QCoreApplication::exit(child.startError().errorCode == ENOENT ? 127 : 126);
        } else if (error == ChildProcess::Timedout) {
            std::fputs("forkfd-timeout: time is over\n", stderr);
        }
    });
    QObject::connect(&child, &ChildProcess::stopStageChanged, [](ChildProcess::StopStage stage) {
        if (stage == ChildProcess::StopStage::Killed)
            std::fputs("forkfd-timeout: its grace, too\n", stderr);
    });
    QObject::connect(&child, &ChildProcess::finished, [&child](int exitCode) {
        std::fprintf(stderr, "forkfd-timeout: %s\n", child.exitInfo().toString().c_str());
        if (child.timeLimitExceeded())
            return; // The descendants have the grace, too.
        child.kill(); // Kills descendants that are still alive.
        const bool isSignaled = child.exitInfo().reason == ForkFd::ExitInfo::Signaled;
        QCoreApplication::exit(isSignaled ? 128 + exitCode : exitCode);
    });
    QObject::connect(&child, &ChildProcess::treeEnded, [&child] {
        if (child.timeLimitExceeded())
            QCoreApplication::exit(124);
    });
    // exit() has no effect before exec(), and a start may fail at once.
    QTimer::singleShot(0, &child, [&] { child.start(words[3], words.mid(4)); });
    return QCoreApplication::exec();
}
