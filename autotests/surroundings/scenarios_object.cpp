// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "objectplay.h"
#include "scenario.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QEventLoop>
#include <QtCore/QThread>
#include <QtCore/QTimer>

namespace Surroundings {

using ForkFd::ChildProcess;

QStringList wordsOf(std::initializer_list<const char *> words)
{
    QStringList list;
    for (const char *word : words)
        list.append(QString::fromLatin1(word));
    return list;
}

void start(ChildProcess &process, std::initializer_list<const char *> words)
{
    process.start(QStringLiteral(FORKFD_SURROUNDED_CHILD), wordsOf(words));
}

std::string resultOf(ChildProcess &process)
{
    if (process.error() == ChildProcess::FailedToStart)
        return process.errorString().toStdString();
    std::string text = process.exitInfo().toString();
    for (const QByteArray &output : {process.readAllStandardOutput(), process.readAllStandardError()})
        text += output.isEmpty() ? "" : ", " + output.toStdString();
    return text;
}

std::string outcomeOf(ChildProcess &process)
{
    if (process.state() != ChildProcess::NotRunning && !process.waitForFinished(patience)
        && process.state() != ChildProcess::NotRunning)
        return "does not finish";
    return resultOf(process);
}

namespace {

std::string threePipes()
{
    ChildProcess process;
    start(process, {"echo", "write", "2", "2", "exit", "3"});
    process.write("word");
    process.closeWriteChannel();
    return outcomeOf(process);
}

std::string missingProgram()
{
    ChildProcess process;
    process.start(QStringLiteral("/no/such/program"));
    return outcomeOf(process);
}

std::string muchOutput()
{
    ChildProcess process;
    start(process, {"write", "300000", "1", "exit", "3"});
    if (!process.waitForFinished(patience))
        return outcomeOf(process);
    const auto size = process.readAllStandardOutput().size();
    return outcomeOf(process) + ", " + std::to_string(size) + " bytes";
}

std::string terminal()
{
    ChildProcess process;
    ForkFd::LaunchOptions options;
    options.pseudoTerminal.emplace();
    process.setLaunchOptions(options);
    start(process, {"say", "word", "exit", "3"});
    return outcomeOf(process);
}

std::string background()
{
    ChildProcess process;
    process.setStartMode(ChildProcess::StartMode::Background);
    start(process, {"say", "word", "exit", "3"});
    return outcomeOf(process);
}

std::string modifier()
{
    ChildProcess process;
    process.setChildProcessModifier([] {});
    start(process, {"say", "word", "exit", "3"});
    return outcomeOf(process);
}

std::string detached()
{
    Pipe output;
    ChildProcess process;
    process.setProgram(QStringLiteral(FORKFD_SURROUNDED_CHILD));
    process.setArguments(wordsOf({"say", "word"}));
    process.setLaunchOptions({.fileDescriptors = {{1, output.ends[1]}}});
    if (!process.startDetached())
        return process.errorString().toStdString();
    output.closeEnd(1);
    return output.readAll();
}

std::string playInLoop()
{
    ChildProcess process;
    QEventLoop loop;
    QObject::connect(&process, &ChildProcess::ended, &loop, &QEventLoop::quit);
    QTimer::singleShot(0, &process, [&process] { start(process, {"say", "word", "exit", "3"}); });
    QTimer::singleShot(patience, &loop, &QEventLoop::quit);
    loop.exec();
    return process.state() == ChildProcess::NotRunning ? resultOf(process) : "does not finish";
}

std::string eventLoop()
{
    int count = 1;
    char name[] = "surrounded";
    char *arguments[] = {name, nullptr};
    const QCoreApplication application(count, arguments);
    return playInLoop();
}

// Qt looks at the variable when it makes a thread's dispatcher.
std::string eventLoopWithoutGLib()
{
    qputenv("QT_NO_GLIB", "1");
    int count = 1;
    char name[] = "surrounded";
    char *arguments[] = {name, nullptr};
    std::string result;
    {
        const QCoreApplication application(count, arguments);
        result = playInLoop();
    }
    qunsetenv("QT_NO_GLIB");
    return result;
}

} // namespace

std::vector<Scenario> objectScenarios()
{
    return {{"three pipes", threePipes, "exited with code 3, word, xx"},
            {"missing program of an object", missingProgram,
             "Child process set up failed: execve: No such file or directory: /no/such/program"},
            {"much output", muchOutput, "exited with code 3, 300000 bytes"},
            {"terminal", terminal, "exited with code 3, word"},
            {"background", background, "exited with code 3, word"},
            {"modifier", modifier, "exited with code 3, word"},
            {"detached", detached, "word"},
            {"event loop", eventLoop, "exited with code 3, word"},
            {"event loop without GLib", eventLoopWithoutGLib, "exited with code 3, word"}};
}

} // namespace Surroundings
