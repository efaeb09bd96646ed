// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-recipe-pipeline
//
// Runs two programs, the output of the first being the input of the second, in one process group. When
// the second one has printed a line, one stop() ends both.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>

#include <cstddef>
#include <cstdio>

using ForkFd::ChildProcess;

static bool startPipeline(ChildProcess &first, ChildProcess &second)
{
    first.setSignalScope(ChildProcess::SignalScope::Group); // Leads a group of its own number.
    first.setStandardOutputProcess(&second);
    ForkFd::LaunchOptions options;
    options.treeDiesWithParentIfPossible = true; // Ctrl-C does not reach the group.
    first.setLaunchOptions(options);
    first.start();

    options.processGroup = static_cast<pid_t>(first.processId());
    second.setLaunchOptions(options);
    second.setUnixProcessParameters(ChildProcess::UnixProcessFlag::DisconnectControllingTerminal);
    if (!first.startError().step)
        second.start();
    return first.isRunning() && !second.startError().step;
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    ChildProcess first;
    first.setProgram(QStringLiteral("sh"));
    first.setArguments({QStringLiteral("-c"), QStringLiteral("echo ready; exec sleep 1000")});
    ChildProcess second;
    second.setProgram(QStringLiteral("sh"));
    second.setArguments(
        {QStringLiteral("-c"), QStringLiteral("read line; echo $line; exec sleep 1000")});
    QObject::connect(&second, &ChildProcess::readyRead, &first, [&] {
        const QByteArray output = second.readAll();
        std::fwrite(output.constData(), 1, static_cast<std::size_t>(output.size()), stdout);
        first.stop(); // SIGTERM to the group, and SIGKILL after the grace.
    });
    if (!startPipeline(first, second) || !first.waitForStarted() || !second.waitForReadyRead(-1))
        return 1;
    for (ChildProcess *child : {&first, &second}) {
        child->waitForFinished(-1);
        std::printf("%s\n", child->exitInfo().toString().c_str());
    }
    return 0;
}
