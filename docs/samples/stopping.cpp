// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The samples of docs/stopping.md and of the first part of docs/porting-from-qprocess.md; see
// childprocess.cpp.

#include <ForkFd/ChildProcess>

#include <QtCore/QDebug>
#include <QtCore/QTimer>

static void stopBuild(ForkFd::ChildProcess &child)
{
    child.setSignalScope(ForkFd::ChildProcess::SignalScope::Tree);
    child.setStopGrace(std::chrono::seconds(3)); // SIGTERM, and 3 s later SIGKILL
    child.setTimeLimit(std::chrono::minutes(10)); // after that, stop() by itself
    child.setDestructionPolicy(ForkFd::ChildProcess::DestructionPolicy::Stop);
    child.start("make", {"-j8"});
    qInfo() << child.processId();
    child.stop(); // returns at once; finished() follows
}

static void stopAllHelpers()
{
}

static void waitAtTheEnd()
{
    stopAllHelpers(); // Each gets a stop(), or its object with DestructionPolicy::Stop is destroyed.
    if (!ForkFd::ChildProcess::waitForStopped(std::chrono::seconds(10)))
        qWarning() << "A helper is still running.";
}

static void askForMethod(ForkFd::ChildProcess &child)
{
    child.setSignalScope(ForkFd::ChildProcess::SignalScope::Tree);
    child.start("make", {"-j8"});
    if (child.treeMethod() != ForkFd::ChildProcess::TreeMethod::ControlGroup)
        qInfo() << "Daemons of this build will not be found:" << child.treeMethod();
}

static void endWithUs(ForkFd::ChildProcess &child)
{
    ForkFd::LaunchOptions options;
    options.treeDiesWithParent = true;
    child.setLaunchOptions(options); // also RunOptions::launchOptions, and the last argument of spawn()
}

static void endWithUsIfPossible(ForkFd::ChildProcess &child)
{
    ForkFd::LaunchOptions options;
    options.treeDiesWithParentIfPossible = true;
    child.setLaunchOptions(options);
}

static void show(std::chrono::microseconds, qint64, int)
{
}

static void showUsage(QTimer &clock, ForkFd::ChildProcess &child)
{
    QObject::connect(&clock, &QTimer::timeout, &child, [&child] {
        if (const auto usage = child.resourceUsage())
            show(usage->userTime + usage->systemTime, usage->residentBytes, usage->processCount);
    });
}

namespace Application {
using QProcess = ForkFd::ChildProcess;

int exitCodeOf(const QProcess &process)
{
    return process.exitCode();
}
} // namespace Application

int main()
{
    ForkFd::ChildProcess child;
    stopBuild(child);
    waitAtTheEnd();
    askForMethod(child);
    endWithUs(child);
    endWithUsIfPossible(child);
    QTimer clock;
    showUsage(clock, child);
    return Application::exitCodeOf(child);
}
