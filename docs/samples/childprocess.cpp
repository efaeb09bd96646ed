// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The samples about ForkFd::ChildProcess, run() and RunQueue that README.md, the pages in docs and the
// headers quote. `./dev check headers` compiles this file, and `./dev check docs` compares the quotes.

#include <ForkFd/ChildProcess>
#include <ForkFd/run.h>
#include <ForkFd/runqueue.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QDebug>

#include <cstdio>

namespace {

using ForkFd::RunResult;

class Window : public QObject
{
public:
    void build();
    void convert(ForkFd::ChildProcess &child);
    static void explain(const ForkFd::ChildProcess &child);
    void showStatus();
    void compress(const QStringList &files);

private:
    void showRunning() { }
    void showError() { }
    void show(const QByteArray &, const ForkFd::ExitInfo &) { }
    void note(const RunResult &) { }

    ForkFd::RunQueue m_queue; // A member: the destructor cancels the programs.
};

} // namespace

void Window::explain(const ForkFd::ChildProcess &child)
{
    if (child.error() == ForkFd::ChildProcess::FailedToStart)
        qWarning().noquote() << child.describe();
}

void Window::build()
{
    auto *child = new ForkFd::ChildProcess(this);
    connect(child, &ForkFd::ChildProcess::finished, this, [child](int exitCode) {
        qInfo() << exitCode << child->readAllStandardOutput();
        child->deleteLater();
    });
    child->start("make", {"-j4"});
}

void Window::convert(ForkFd::ChildProcess &child)
{
    child.setStartMode(ForkFd::ChildProcess::StartMode::Background);
    child.setTimeLimit(std::chrono::seconds(30)); // counts from start()
    connect(&child, &ForkFd::ChildProcess::started, this, &Window::showRunning);
    connect(&child, &ForkFd::ChildProcess::errorOccurred, this, &Window::showError);
    child.start("/net/tools/convert", {"in.png", "out.png"}); // returns after some microseconds
}

void Window::showStatus()
{
    ForkFd::run("git", {"status"}).then(this, [this](const ForkFd::RunResult &result) {
        show(result.standardOutput, result.exitInfo);
    });
}

void Window::compress(const QStringList &files)
{
    for (const QString &file : files)
        m_queue.run("gzip", {file}).then(this, [this](const RunResult &result) { note(result); });
}

static void reportFailure(const ForkFd::ChildProcess &child)
{
    if (child.startError().step == "exec")
        qWarning() << child.startError().step << child.startError().errorCode;
}

static void tellOfLeftovers(const ForkFd::ChildProcess &child)
{
    const ForkFd::LeftBehind left = child.remainingProcesses();
    if (left.count > 0)
        qWarning() << left.count << "processes are left:" << left.names;
}

static void fetch()
{
    ForkFd::RunOptions options;
    options.environmentChanges = {{"LC_ALL", "C"}, {"DISPLAY", QVariant::fromValue(nullptr)}};
    options.onStarted = [](qint64 processId) { qInfo() << "git runs as" << processId; };
    options.signalScope = ForkFd::ChildProcess::SignalScope::Tree;
    options.leftoverGrace = std::chrono::milliseconds(200); // What is about to end does not count.
    const ForkFd::RunResult result = ForkFd::run("git", {"fetch"}, options).result();
    if (result.leftBehind.count > 0)
        qWarning() << "left behind:" << result.leftBehind.names;
}

static void setDefaults()
{
    ForkFd::ChildProcess::setDefaultLaunchOptions({.closeDescriptors = true});
}

static void buildWithLimits()
{
    ForkFd::ChildProcess make;
    make.setSignalScope(ForkFd::ChildProcess::SignalScope::Tree); // make, and all that it starts
    make.setTimeLimit(std::chrono::minutes(10)); // then stop(): SIGTERM, later SIGKILL
    QObject::connect(&make, &ForkFd::ChildProcess::ended, &make, [&make] {
        qInfo() << make.endText() << make.exitInfo().userTime().count() << "us";
        QCoreApplication::quit();
    });
    make.start("make", {"-j8"});
    if (make.startError().step)
        qWarning() << make.startError(); // exec: make: No such file or directory
    QCoreApplication::exec();
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    setDefaults();
    buildWithLimits();
    ForkFd::ChildProcess child;
    Window window;
    window.build();
    window.convert(child);
    Window::explain(child);
    window.showStatus();
    window.compress({"file"});
    reportFailure(child);
    tellOfLeftovers(child);
    fetch();
}
