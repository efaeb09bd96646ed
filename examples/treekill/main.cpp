// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-treekill
//
// Cancels a build with all of its processes. The build is a make that runs shells, which run pipelines
// and a helper in another session (setsid). When the build prints its first line, kill() with
// SignalScope::Tree ends all of them.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtCore/QTimer>

#include <cstddef>
#include <cstdio>

using ForkFd::ChildProcess;

// Two targets, whose recipes are shells with a pipeline. All of the processes inherit the output pipe,
// so its end of file shows that the last one has ended.
static const char makefile[] = "all: one two\n"
                               "one two:\n"
                               "\t@setsid sleep 10 & echo building $@; sleep 100 | sleep 100\n";

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QTemporaryDir directory;
    QFile file(directory.filePath(QStringLiteral("Makefile")));
    if (!file.open(QIODevice::WriteOnly) || file.write(makefile) < 0)
        return 1;
    file.close();

    ChildProcess build;
    build.setWorkingDirectory(directory.path());
    build.setProcessChannelMode(ChildProcess::MergedChannels);
    build.setSignalScope(ChildProcess::SignalScope::Tree);
    build.setLaunchOptions({.treeDiesWithParentIfPossible = true}); // Ctrl-C does not reach the build.
    build.setDrainTimeout(
        std::chrono::hours(1)); // Delays finished() until the last process has closed the pipe.

    QObject::connect(&build, &ChildProcess::readyRead, [&build] {
        const QByteArray output = build.readAll();
        std::fwrite(output.constData(), 1, static_cast<std::size_t>(output.size()), stdout);
        build.kill();
    });
    QObject::connect(&build, &ChildProcess::finished, [&build] {
        std::printf("make was %s, and no process is left\n", build.exitInfo().toString().c_str());
        QCoreApplication::quit();
    });
    QObject::connect(&build, &ChildProcess::errorOccurred, [&build](ChildProcess::ProcessError error) {
        if (error == ChildProcess::FailedToStart) {
            std::printf("%s\n", build.startError().toString().c_str());
            QCoreApplication::exit(1);
        }
    });
    build.setProgram(QStringLiteral("make"));
    build.setArguments({QStringLiteral("-j2"), QStringLiteral("--no-print-directory")});
    // exit() has no effect before exec(), and a start may fail at once.
    QTimer::singleShot(0, &build, &ChildProcess::startProcess);
    return QCoreApplication::exec();
}
