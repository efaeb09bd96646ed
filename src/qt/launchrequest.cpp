// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/launchrequest.h"

#include "core/start/environment.h"
#include "core/start/programsearch.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QHash>

#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

namespace ForkFd::Internal {

namespace {

// Empty if PATH does not have it, whatever the reason: QProcess says ENOENT then.
std::string resolve(const std::string &name, const std::string &searchPath)
{
    int errorCode = 0;
    const std::string path =
        findExecutableIn(searchPath, name, EmptyEntry::Nothing, &errorCode).value_or(std::string());
    // QProcess also tidies what it has found. With ".." that can lead elsewhere, because of links.
    if (path == name || path.find("/..") != std::string::npos)
        return path;
    const QString text = QString::fromLocal8Bit(path);
    if (text.toLocal8Bit().toStdString() != path)
        return path; // QString cannot hold it.
    return QDir::cleanPath(text).toLocal8Bit().toStdString();
}

// The parent's variables that QString cannot hold, by the text that QProcessEnvironment makes of them,
// which several may have in common.
QMultiHash<QString, QByteArray> undecodableVariables()
{
    QMultiHash<QString, QByteArray> variables;
    for (const char *entry : environmentNow()) {
        const QByteArray bytes(entry); // The last one is null, and becomes an empty text.
        const QString text = QString::fromLocal8Bit(bytes);
        if (text.toLocal8Bit() != bytes)
            variables.insert(text, bytes);
    }
    return variables;
}

std::vector<std::string> encode(const QProcessEnvironment &environment)
{
    QMultiHash<QString, QByteArray> undecodable = undecodableVariables();
    const QStringList entries = environment.toStringList();
    std::vector<std::string> result;
    result.reserve(static_cast<std::size_t>(entries.size()));
    for (const QString &entry : entries) {
        const bool isUndecodable = undecodable.contains(entry);
        result.push_back((isUndecodable ? undecodable.take(entry) : entry.toLocal8Bit()).toStdString());
    }
    return result;
}

// Whether it came to its end; else `what` says which exception has ended it.
bool runToItsEnd(const std::function<void()> &modifier, ShortText &what)
try {
    modifier();
    return true;
} catch (const std::exception &exception) {
    std::strncpy(what.data(), exception.what(), what.size() - 1);
    return false;
} catch (...) {
    std::strncpy(what.data(), "throw", what.size() - 1);
    return false;
}

// Runs in the child between clone and exec: what a user's function does is his to answer for.
void callModifier(void *token, ModifierExit &exit)
{
    auto &call = *static_cast<ModifierCall *>(token);
    call.exit = &exit;
    ShortText what = {};
    // Out of the handler before the child ends: the runtime's notes may be the parent's.
    if (!runToItsEnd(call.function, what))
        exit.leaveAfterException(what.data());
}

ProcessParameters toCore(const ChildProcess::UnixProcessParameters &parameters)
{
    using Flag = ChildProcess::UnixProcessFlag;
    const auto has = [&parameters](Flag flag) { return parameters.flags.testFlag(flag); };
    ProcessParameters result;
    result.resetsSignalHandlers = has(Flag::ResetSignalHandlers);
    result.ignoresSigPipe = has(Flag::IgnoreSigPipe);
    result.closesDescriptors = has(Flag::CloseFileDescriptors);
    result.lowestDescriptorToClose = parameters.lowestFileDescriptorToClose;
    result.createsSession = has(Flag::CreateNewSession);
    result.leavesTerminal = has(Flag::DisconnectControllingTerminal);
    result.resetsIds = has(Flag::ResetIds);
    result.disablesCoreDumps = has(Flag::DisableCoreDumps);
    return result;
}

} // namespace

LaunchRequest makeLaunchRequest(ChildSettings &settings, const ChildEnds &ends)
{
    LaunchRequest request;
    request.command.argv.push_back(QFile::encodeName(settings.program).toStdString());
    for (const QString &argument : std::as_const(settings.arguments))
        request.command.argv.push_back(QFile::encodeName(argument).toStdString());
    request.command.workingDirectory = QFile::encodeName(settings.workingDirectory).toStdString();
    if (!settings.environment.inheritsFromParent())
        request.command.environment = encode(settings.environment);
    request.options = settings.launchOptions.get();
    request.parameters = toCore(settings.parameters);
    if (settings.modifier.function) {
        const bool maySeeOurMemory =
            settings.parameters.flags.testFlag(ChildProcess::UnixProcessFlag::UseVFork);
        request.modifier = {callModifier, &settings.modifier, maySeeOurMemory};
    }
    request.channels = ends.descriptors;
    if (ends.terminal >= 0) {
        request.options.pseudoTerminal.reset();
        request.options.newSession = true;
        request.options.controllingTerminal = ends.terminal;
    }
    return request;
}

LaunchFailure findProgram(LaunchRequest &request, const std::string &path)
{
    std::string &program = request.command.argv.front();
    LaunchFailure failure(StartError{});
    const std::string name = program;
    program = resolve(program, path);
    request.executable = program;
    if (program.empty()) {
        failure.error = {"exec", ENOENT, name};
        failure.isInChild = true;
    }
    return failure;
}

StoppableChild::Scope scopeOf(const StopSettings &settings)
{
    switch (settings.scope) {
    case ChildProcess::SignalScope::Process:
        break;
    case ChildProcess::SignalScope::Group:
        return StoppableChild::Group;
    case ChildProcess::SignalScope::Tree:
        return StoppableChild::Tree;
    }
    return StoppableChild::Process;
}

bool isScopePossible(const ChildSettings &settings, const StopSettings &stopSettings)
{
    return stopSettings.scope == ChildProcess::SignalScope::Process
        || settings.launchOptions->processGroup.value_or(0) == 0;
}

} // namespace ForkFd::Internal
