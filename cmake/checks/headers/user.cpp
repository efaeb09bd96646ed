// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Uses the headers as a user's program does: the three ways to replace the name QProcess, and calls that
// instantiate Qt's templates. This file is compiled, but never run.

#include <ForkFd/ChildProcess>
#include <ForkFd/run.h>

#include <QtCore/QProcess>

namespace InNamespace {

using QProcess = ForkFd::ChildProcess;

inline int start(QProcess &process)
{
    QObject::connect(&process, &QProcess::finished, &process,
                     [](int, QProcess::ExitStatus) { qInfo("finished"); });
    QObject::connect(&process, QOverload<int, QProcess::ExitStatus>::of(&QProcess::finished), &process,
                     &QProcess::kill);
    process.setUnixProcessParameters(QProcess::UnixProcessFlag::UseVFork
                                     | QProcess::UnixProcessFlag::IgnoreSigPipe);
    process.setChildProcessModifier([&process] { process.failChildProcessModifier("no", 1); });
    process.start(QStringLiteral("program"), {QStringLiteral("argument")}, QProcess::ReadOnly);
    return process.exitCode();
}

} // namespace InNamespace

class InClass
{
public:
    using QProcess = ForkFd::ChildProcess;
    QProcess::ProcessState state() const { return m_process.state(); }

private:
    QProcess m_process;
};

#define QProcess ForkFd::ChildProcess

// With a plain std::optional, GCC 13 and newer reject the empty braces.
inline ForkFd::LaunchOptions optionsInBraces()
{
    ForkFd::LaunchOptions options;
    options.pseudoTerminal = {{}};
    options.pseudoTerminal = {100, 40};
    options.supplementaryGroups = {{}};
    options.supplementaryGroups = {1, 2};
    options.signalMask = {{}};
    options.signalMask = std::nullopt;
    const ForkFd::Command command = {{"program"}, {{}}, "/"};
    const ForkFd::Command other = {{"program"}, {{"A=b"}}, {}};
    const std::optional<std::vector<std::string>> environment = command.environment;
    const ForkFd::Command copy = {other.argv, environment, {}};
    return copy.environment ? options : ForkFd::LaunchOptions();
}

inline std::optional<ForkFd::Child> startLoginShell()
{
    ForkFd::Command command = {{"-sh"}};
    command.program = "/bin/sh";
    command.environmentChanges = {{"TERM", "dumb"}, {"DISPLAY", std::nullopt}};
    return ForkFd::spawn(command);
}

inline QString stepOf(const ForkFd::StartError &error)
{
    const std::string text = "step " + std::string(error.step ? error.step : "(none)");
    const bool isText =
        error.step == "exec" || error.step == QLatin1String("clone") || error.step == text;
    qInfo() << error.step << (std::string("step ") + error.step).c_str();
    return isText ? QString::fromLatin1(error.step) : QLatin1String(error.step);
}

inline QFuture<int> chain(QObject *context)
{
    ForkFd::RunOptions options;
    options.timeLimit = std::chrono::seconds(1);
    return ForkFd::run(QStringLiteral("program"), {QStringLiteral("argument")}, options)
        .then(context, [](const ForkFd::RunResult &result) { return result.exitInfo.code; });
}

int main()
{
    QProcess process;
    const ForkFd::ExitInfo info = process.exitInfo();
    const ForkFd::StartError error = process.startError();
    qInfo() << process.error() << process.state() << info << error;
    process.setLaunchOptions({{{3, 4}}, {}});
    process.setLaunchOptions(optionsInBraces());
    startLoginShell();
    qInfo() << stepOf(error);
    ForkFd::LaunchOptions options = ForkFd::ChildProcess::defaultLaunchOptions();
    options.closeDescriptors = true;
    ForkFd::ChildProcess::setDefaultLaunchOptions(options);
    return InNamespace::start(process) + int(InClass().state());
}
