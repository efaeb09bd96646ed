// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/startrequest.h"

#include "core/start/environment.h"
#include "core/start/parent_calls.h"
#include "core/start/programsearch.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QHash>

#include <cerrno>
#include <cstring>
#include <exception>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

namespace ForkFd::Internal {

namespace {

// Returns an empty path if the program is not found, for whatever reason: QProcess then reports ENOENT.
std::string resolve(const std::string &name, const std::string &searchPath)
{
    int errorCode = 0;
    std::string path =
        findExecutable(searchPath, name, EmptyEntry::Nothing, &errorCode).value_or(std::string());
    // QProcess cleans the path. With ".." and symbolic links, a cleaned path may name another file.
    const bool isClean = path.find("//") == std::string::npos && path.find("/./") == std::string::npos;
    if (isClean || path == name || path.find("/..") != std::string::npos)
        return path;
    const QString text = QString::fromLocal8Bit(path);
    if (text.toLocal8Bit().toStdString() != path)
        return path; // QString cannot represent the path.
    return QDir::cleanPath(text).toLocal8Bit().toStdString();
}

// The parent's variables that QString cannot represent. The key is the text that QProcessEnvironment
// makes of a variable; several variables may have the same text.
template<typename Entries>
QMultiHash<QString, QByteArray> undecodableOf(const Entries &entries)
{
    QMultiHash<QString, QByteArray> variables;
    for (const std::string_view entry : entries) {
        const QByteArray bytes(entry.data(), static_cast<qsizetype>(entry.size()));
        const QString text = QString::fromLocal8Bit(bytes);
        if (text.toLocal8Bit() != bytes)
            variables.insert(text, bytes);
    }
    return variables;
}

QMultiHash<QString, QByteArray> undecodableVariables(const Surroundings *surroundings)
{
    return surroundings ? undecodableOf(surroundings->environment) : undecodableOf(environmentNow());
}

std::vector<std::string> encode(const QProcessEnvironment &environment, const Surroundings *surroundings)
{
    QMultiHash<QString, QByteArray> undecodable = undecodableVariables(surroundings);
    const QStringList entries = environment.toStringList();
    std::vector<std::string> result;
    result.reserve(static_cast<std::size_t>(entries.size()));
    for (const QString &entry : entries) {
        const bool isUndecodable = undecodable.contains(entry);
        result.push_back((isUndecodable ? undecodable.take(entry) : entry.toLocal8Bit()).toStdString());
    }
    return result;
}

EnvironmentChanges encode(const QVariantMap &changes)
{
    EnvironmentChanges result;
    for (auto change = changes.cbegin(); change != changes.cend(); ++change) {
        auto &[name, value] =
            result.emplace_back(change.key().toLocal8Bit().toStdString(), std::nullopt);
        if (!change->isNull())
            value = change->toString().toLocal8Bit().toStdString();
    }
    return result;
}

// Returns false if the function throws; `what` then describes the exception.
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

// Runs in the child between clone and exec; the user is responsible for the function.
void callModifier(void *token, ModifierExit &exit)
{
    auto &call = *static_cast<ModifierCall *>(token);
    call.exit = &exit;
    ShortText what = {};
    // Leaves the handler before the child ends: the exception data of C++ may be in the parent's memory.
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

StartRequest makeStartRequest(ChildSettings &settings, const ChildEnds &ends,
                              const Surroundings *surroundings)
{
    StartRequest request;
    request.command.argv.reserve(static_cast<std::size_t>(settings.arguments.size()) + 1);
    request.command.argv.push_back(QFile::encodeName(settings.program).toStdString());
    for (const QString &argument : std::as_const(settings.arguments))
        request.command.argv.push_back(QFile::encodeName(argument).toStdString());
    request.command.workingDirectory = QFile::encodeName(settings.workingDirectory).toStdString();
    if (!settings.environment.inheritsFromParent())
        request.command.environment = encode(settings.environment, surroundings);
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

// The child enters its directory before it executes the program, so that this failure comes first. Like
// chdir(2), a look at "." in the directory needs the right to search it. faccessat(3) is no substitute:
// filters that do not know faccessat2(2) refuse it.
static StartFailure checkDirectory(const StartRequest &request)
{
    const std::string &directory = request.command.workingDirectory;
    if (directory.empty())
        return {};
    const int start = request.directoryFd >= 0 ? request.directoryFd : AT_FDCWD;
    const std::string inside = directory + "/.";
    struct stat status;
    const int errorCode = ::fstatat(start, inside.c_str(), &status, 0) == 0 ? 0 : errno;
    return errorCode == 0 ? StartFailure() : StartFailure(Step::WorkingDirectory, errorCode, directory);
}

StartFailure findProgram(StartRequest &request, const std::string &path)
{
    std::string &program = request.command.argv.front();
    request.executable = resolve(program, path);
    if (!request.executable.empty()) {
        program = request.executable;
        return {};
    }
    StartFailure failure = checkDirectory(request);
    if (!failure)
        failure = {Step::Exec, ENOENT, program};
    failure.isInChild = true;
    return failure;
}

ThreadedRequest makeThreadedRequest(ChildSettings &settings, const StopSettings &stopSettings,
                                    ChildEnds ends, const Surroundings *surroundings)
{
    ThreadedRequest request;
    request.start = makeStartRequest(settings, ends, surroundings);
    if (std::string &group = request.start.options.controlGroup; !group.empty())
        group = absolutePath(group);
    request.scope = scopeOf(stopSettings);
    for (UniqueFd &descriptor : ends.owned)
        request.owned.add(std::move(descriptor));
    request.needsDirectory = !ends.files.empty();
    request.complete = [path = searchPathFor(request.start.command.argv.front()),
                        files = std::move(ends.files)](ThreadedRequest &itself) {
        StartFailure failure = openFiles(files, itself);
        return failure ? failure : findProgram(itself.start, path);
    };
    return request;
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

bool PreparedStart::openStreams(const ChildSettings &settings, ChildEnds &ends)
{
    streamFailure = streams.open(QIODevice::ReadWrite, settings.launchOptions->pseudoTerminal, ends);
    if (streamFailure != StandardStreams::None)
        failure = {streamFailure == StandardStreams::Terminal ? Step::PseudoTerminal : Step::Channels,
                   errno};
    return streamFailure == StandardStreams::None;
}

std::shared_ptr<const Surroundings> Surroundings::now()
{
    auto result = std::make_shared<Surroundings>();
    const std::vector<char *> entries = environmentNow();
    result->environment.assign(entries.begin(), entries.end());
    result->searchPath = absoluteSearchPath();
    result->directory = ParentCalls::openCurrentDirectory();
    if (!result->directory && (errno == EMFILE || errno == ENFILE))
        return nullptr;
    struct stat status;
    if (result->directory && ::fstat(result->directory.get(), &status) == 0)
        result->directoryId.emplace(status.st_dev, status.st_ino);
    return result;
}

bool Surroundings::isSameAs(const Surroundings &other) const noexcept
{
    return directoryId && directoryId == other.directoryId && searchPath == other.searchPath
        && environment == other.environment;
}

// A start of run() has no other files to open.
static void useSurroundings(ThreadedRequest &request, std::shared_ptr<const Surroundings> surroundings)
{
    if (!request.start.command.environment)
        request.start.command.environment = surroundings->environment;
    request.start.directoryFd = surroundings->directory.get(); // The function keeps it open.
    request.complete = [surroundings = std::move(surroundings)](ThreadedRequest &itself) {
        return findProgram(itself.start, surroundings->searchPath);
    };
}

void PreparedStart::begin(ChildSettings &settings, const StopSettings &stopSettings,
                          std::shared_ptr<const Surroundings> surroundings)
{
    startTime = std::chrono::steady_clock::now();
    failure = StartPlan::check(settings.launchOptions.get());
    if (settings.program.isEmpty())
        failure = {Step::Program, EINVAL};
    else if (!failure && !isScopePossible(settings, stopSettings))
        failure = {Step::SignalScope, EINVAL};
    ChildEnds ends;
    if (failure || !openStreams(settings, ends))
        return;
    ThreadedRequest request =
        makeThreadedRequest(settings, stopSettings, std::move(ends), surroundings.get());
    request.start.command.environmentChanges = encode(environmentChanges);
    if (surroundings)
        useSurroundings(request, std::move(surroundings));
    pending = PendingStart::inThread(std::move(request), failure);
}

} // namespace ForkFd::Internal
