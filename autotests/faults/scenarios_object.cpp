// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "objects.h"
#include "scenario.h"

#include <QtCore/QEventLoop>
#include <QtCore/QTimer>

#include <csignal>

#include <unistd.h>

namespace Faults {

using ForkFd::ChildProcess;

namespace {

std::string channels()
{
    ChildProcess process;
    start(process, {"check", "0,1,2", "echo", "write", "5", "2", "exit", "3"});
    process.write("hello");
    process.closeWriteChannel();
    return outcomeOf(process);
}

// The same with an event loop.
std::string eventLoop()
{
    ChildProcess process;
    QEventLoop loop;
    QObject::connect(&process, &ChildProcess::finished, &loop, &QEventLoop::quit);
    QObject::connect(&process, &ChildProcess::errorOccurred, &loop,
                     [&](ChildProcess::ProcessError error) {
                         if (error == ChildProcess::FailedToStart)
                             loop.quit();
                     });
    start(process, {"echo", "write", "5", "2", "exit", "3"});
    process.write("hello");
    process.closeWriteChannel();
    QTimer::singleShot(5000, &loop, &QEventLoop::quit);
    if (process.error() != ChildProcess::FailedToStart)
        loop.exec();
    return process.state() == ChildProcess::NotRunning ? resultOf(process) : "does not finish";
}

std::string forwarded()
{
    ChildProcess process;
    process.setProcessChannelMode(ChildProcess::ForwardedChannels);
    process.setInputChannelMode(ChildProcess::ForwardedInputChannel);
    start(process, {"check", "0,1,2", "exit", "3"});
    return outcomeOf(process);
}

std::string merged()
{
    ChildProcess process;
    process.setProcessChannelMode(ChildProcess::MergedChannels);
    start(process, {"write", "5", "1", "write", "5", "2", "exit", "3"});
    return outcomeOf(process);
}

// More output than the pipes hold, so that they grow.
std::string muchOutput()
{
    ChildProcess process;
    start(process, {"write", "1000000", "1", "exit", "3"});
    return outcomeOf(process);
}

std::string muchInput()
{
    ChildProcess process;
    start(process, {"echo", "exit", "3"});
    process.write(QByteArray(200000, 'x'));
    process.closeWriteChannel();
    return outcomeOf(process);
}

std::string boundedBuffer()
{
    ChildProcess process;
    process.setReadBufferSize(1000);
    start(process, {"write", "150000", "1", "exit", "3"});
    qint64 size = 0;
    while (process.state() != ChildProcess::NotRunning && process.waitForReadyRead(5000))
        size += process.readAllStandardOutput().size();
    size += process.readAllStandardOutput().size();
    const std::string result = outcomeOf(process);
    return result.starts_with("start:") ? result : result + ' ' + std::to_string(size);
}

std::string files()
{
    ChildProcess process;
    process.setStandardInputFile(QStringLiteral("/dev/null"));
    process.setStandardOutputFile(QStringLiteral("/dev/null"));
    process.setStandardErrorFile(QStringLiteral("/dev/null"), ChildProcess::Append);
    start(process, {"check", "0,1,2", "echo", "exit", "3"});
    return outcomeOf(process);
}

std::string pipeline()
{
    ChildProcess source;
    ChildProcess sink;
    source.setStandardOutputProcess(&sink);
    start(source, {"write", "1000", "1", "exit", "3"});
    start(sink, {"echo", "exit", "4"});
    // Without the first child nothing would end the second.
    if (source.error() == ChildProcess::FailedToStart)
        sink.kill();
    const std::string first = outcomeOf(source);
    const std::string second = outcomeOf(sink);
    return first.starts_with("start:") ? first
        : second.starts_with("start:") ? second
                                       : first + "; " + second;
}

std::string pseudoTerminal()
{
    ChildProcess process;
    ForkFd::LaunchOptions options;
    options.pseudoTerminal.emplace();
    process.setLaunchOptions(options);
    start(process, {"check", "0,1,2", "write", "5", "1", "exit", "3"});
    return outcomeOf(process);
}

std::string parameters()
{
    using Flag = ChildProcess::UnixProcessFlag;
    ChildProcess process;
    process.setUnixProcessParameters({Flag::ResetSignalHandlers | Flag::CloseFileDescriptors
                                          | Flag::DisconnectControllingTerminal | Flag::ResetIds
                                          | Flag::DisableCoreDumps | Flag::CreateNewSession,
                                      0});
    process.setWorkingDirectory(QStringLiteral("/"));
    start(process, {"check", "0,1,2", "exit", "3"});
    return outcomeOf(process);
}

std::string modifier()
{
    ChildProcess process;
    process.setChildProcessModifier([] {});
    start(process, {"check", "0,1,2", "write", "5", "1", "exit", "3"});
    return outcomeOf(process);
}

std::string modifierInSharedMemory()
{
    ChildProcess process;
    process.setChildProcessModifier([] {});
    process.setUnixProcessParameters(ChildProcess::UnixProcessFlag::UseVFork);
    start(process, {"check", "0,1,2", "write", "5", "1", "exit", "3"});
    return outcomeOf(process);
}

// A thread makes the child, and opens the files.
std::string background()
{
    ChildProcess process;
    process.setStartMode(ChildProcess::StartMode::Background);
    process.setStandardErrorFile(QStringLiteral("/dev/null"));
    start(process, {"check", "0,1,2", "echo", "exit", "3"});
    process.write("hello");
    process.closeWriteChannel();
    return outcomeOf(process);
}

std::string backgroundCanceled()
{
    ChildProcess process;
    process.setStartMode(ChildProcess::StartMode::Background);
    start(process, {"doze"}); // Ends by itself if it cannot be signalled.
    process.kill();
    if (process.state() != ChildProcess::NotRunning)
        process.waitForFinished(3000);
    return allChildrenGo() ? "canceled" : "left";
}

std::string detachedBy(ChildProcess &process)
{
    process.setProgram(QStringLiteral(FORKFD_FAULTS_CHILD));
    process.setArguments({QStringLiteral("exit"), QStringLiteral("3")});
    qint64 pid = -1;
    return process.startDetached(&pid) ? (pid > 0 ? "detached" : "no number")
                                       : failure(process.startError());
}

std::string detached()
{
    ChildProcess process;
    process.setStandardOutputFile(QStringLiteral("/dev/null"));
    return detachedBy(process);
}

std::string detachedAfterFork()
{
    ChildProcess process;
    process.setChildProcessModifier([] {});
    return detachedBy(process);
}

std::string restarted()
{
    ChildProcess process;
    start(process, {"exit", "3"});
    const std::string first = outcomeOf(process);
    start(process, {"exit", "4"});
    const std::string second = outcomeOf(process);
    return first.starts_with("start:") ? first
        : second.starts_with("start:") ? second
                                       : first + "; " + second;
}

std::string executed()
{
    const int code = ChildProcess::execute(QStringLiteral(FORKFD_FAULTS_CHILD),
                                           {QStringLiteral("exit"), QStringLiteral("3")});
    return code == -2 ? "start: - ?" : std::to_string(code); // execute() reports no more.
}

} // namespace

std::vector<Scenario> objectScenarios()
{
    return {{"channels", channels},
            {"eventLoop", eventLoop},
            {"forwarded", forwarded},
            {"merged", merged},
            {"muchOutput", muchOutput},
            {"muchInput", muchInput},
            {"boundedBuffer", boundedBuffer},
            {"files", files},
            {"pipeline", pipeline},
            {"pseudoTerminal", pseudoTerminal},
            {"parameters", parameters},
            {"modifier", modifier},
            {"modifierInSharedMemory", modifierInSharedMemory},
            {"background", background, nullptr, true},
            {"backgroundCanceled", backgroundCanceled, nullptr, true},
            {"detached", detached},
            {"detachedAfterFork", detachedAfterFork},
            {"restarted", restarted},
            {"executed", executed}};
}

} // namespace Faults
