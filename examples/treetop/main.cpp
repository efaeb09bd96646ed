// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-treetop COMMAND [ARGUMENT...]
//
// Runs a command, and shows once a second what the command and all that it has started use: processor
// time, memory, and the number of processes. Ctrl-C stops all of them, a second Ctrl-C kills them. At
// the end it says how the command ended, what the tree has used, and what was left of it.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>
#include <QtCore/QSocketNotifier>
#include <QtCore/QTimer>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include <sys/signalfd.h>
#include <unistd.h>

using namespace std::chrono_literals;
using ForkFd::ChildProcess;
using ForkFd::ResourceUsage;

static double secondsOf(const ResourceUsage &usage)
{
    return std::chrono::duration<double>(usage.userTime + usage.systemTime).count();
}

static double mebibytes(qint64 bytes)
{
    return double(bytes) / (1024 * 1024);
}

// On a terminal, each line replaces the last one.
static void show(const ChildProcess &child)
{
    static double before = 0;
    const auto usage = child.resourceUsage();
    if (!usage)
        return;
    const double now = secondsOf(*usage);
    const bool isTerminal = isatty(STDERR_FILENO) != 0;
    std::fprintf(stderr, "%s%8.2f s %6.0f %% %8.1f MiB %5d process%s%s%s", isTerminal ? "\r\033[K" : "",
                 now, std::max(now - before, 0.0) * 100, mebibytes(usage->residentBytes),
                 usage->processCount, usage->processCount == 1 ? "" : "es",
                 usage->wholeTree ? "" : " found", isTerminal ? "" : "\n");
    before = now;
}

static void conclude(const ChildProcess &child)
{
    std::fprintf(stderr, "%s%s", isatty(STDERR_FILENO) ? "\r\033[K" : "",
                 child.exitInfo().toString().c_str());
    const auto usage = child.resourceUsage();
    if (usage) {
        std::fprintf(stderr, "; %.2f s, at most %.1f MiB; ", secondsOf(*usage),
                     mebibytes(usage->maxResidentBytes));
        if (usage->processCount == 0)
            std::fputs(usage->wholeTree ? "nothing is left" : "nothing is known to be left", stderr);
        else
            std::fprintf(stderr, "left running: %d", usage->processCount);
    }
    std::fputs("\n", stderr);
}

static void leave(const ChildProcess &child)
{
    if (child.startError().step) {
        std::fprintf(stderr, "%s\n", child.startError().toString().c_str());
        QCoreApplication::exit(127);
        return;
    }
    conclude(child);
    const int signal = child.exitInfo().signal;
    QCoreApplication::exit(signal != 0 ? 128 + signal : child.exitCode());
}

// SIGINT and SIGTERM arrive in the event loop. The child must not inherit the mask.
static int blockSignals()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QStringList words = QCoreApplication::arguments().mid(1);
    if (words.isEmpty()) {
        std::fputs("forkfd-treetop COMMAND [ARGUMENT...]\n", stderr);
        return 125;
    }
    ChildProcess child;
    child.setSignalScope(ChildProcess::SignalScope::Tree);
    child.setProcessChannelMode(ChildProcess::ForwardedChannels);
    child.setInputChannelMode(ChildProcess::ForwardedInputChannel);
    ForkFd::LaunchOptions options;
    options.signalMask.emplace();
    options.treeDiesWithParentIfPossible = true; // A closed terminal ends this program, not the tree.
    child.setLaunchOptions(options);

    QSocketNotifier interruption(blockSignals(), QSocketNotifier::Read);
    QObject::connect(&interruption, &QSocketNotifier::activated, &child, [&](QSocketDescriptor fd) {
        signalfd_siginfo info;
        if (read(fd, &info, sizeof info) == sizeof info)
            child.stopStage() == ChildProcess::StopStage::None ? child.stop() : child.kill();
    });
    QTimer clock;
    QObject::connect(&clock, &QTimer::timeout, &child, [&child] { show(child); });
    QObject::connect(&child, &ChildProcess::started, &clock, [&clock] { clock.start(1s); });
    const auto isStopped = [&child] { return child.stopStage() != ChildProcess::StopStage::None; };
    QObject::connect(&child, &ChildProcess::ended, &child, [&child, isStopped] {
        if (!isStopped() || child.startError().step)
            leave(child);
    });
    // Ctrl-C stops the whole tree. A second Ctrl-C kills the processes that are left.
    QObject::connect(&child, &ChildProcess::treeEnded, &child, [&child, isStopped] {
        if (isStopped() && !child.startError().step)
            leave(child);
    });
    const QString program = words.takeFirst();
    // exit() has no effect before exec(), and a start may fail at once.
    QTimer::singleShot(0, &child, [&] { child.start(program, words); });
    return QCoreApplication::exec();
}
