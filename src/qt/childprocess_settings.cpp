// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The settings of the next child.

#include "qt/childprocess_p.h"
#include "qt/parentenvironment.h"

#include <QtCore/QProcess>

#include <utility>

namespace ForkFd {

using namespace Internal;

QString ChildProcess::program() const
{
    return d->settings.program;
}

/// Emits programChanged() if the program is different. A start with an empty program fails. **Errors:**
/// while a child is running, this function warns and does nothing.
void ChildProcess::setProgram(const QString &program)
{
    if (d->state != NotRunning)
        qCWarning(childProcessLog, "QProcess::setProgram: Process is already running");
    else if (std::exchange(d->settings.program, program) != program)
        d->announceProgram();
}

QStringList ChildProcess::arguments() const
{
    return d->settings.arguments;
}

/// Emits argumentsChanged() if the arguments are different. **Errors:** while a child is running, this
/// function warns and does nothing.
void ChildProcess::setArguments(const QStringList &arguments)
{
    if (d->state != NotRunning) // QProcess, too, warns in the name of setProgram().
        qCWarning(childProcessLog, "QProcess::setProgram: Process is already running");
    else if (std::exchange(d->settings.arguments, arguments) != arguments)
        Q_EMIT argumentsChanged(arguments);
}

QString ChildProcess::workingDirectory() const
{
    return d->settings.workingDirectory;
}

/// **Errors:** if the directory does not exist, the start fails with step `workingDirectory`.
void ChildProcess::setWorkingDirectory(const QString &directory)
{
    if (std::exchange(d->settings.workingDirectory, directory) != directory)
        Q_EMIT settingsChanged();
}

QProcessEnvironment ChildProcess::processEnvironment() const
{
    return d->settings.environment;
}

/// A variable that QString cannot represent reaches the child with its original bytes if this process
/// still has it at the start.
void ChildProcess::setProcessEnvironment(const QProcessEnvironment &environment)
{
    if (std::exchange(d->settings.environment, environment) != environment)
        Q_EMIT settingsChanged();
}

/// Empty if no environment was set.
QStringList ChildProcess::environment() const
{
    return d->settings.environment.toStringList();
}

/// Entries without a name or a '=' are ignored.
void ChildProcess::setEnvironment(const QStringList &environment)
{
    QProcess parser;
    parser.setEnvironment(environment);
    setProcessEnvironment(parser.processEnvironment());
}

ChildProcess::ProcessChannelMode ChildProcess::processChannelMode() const
{
    return d->streams.channelMode;
}

void ChildProcess::setProcessChannelMode(ProcessChannelMode mode)
{
    if (std::exchange(d->streams.channelMode, mode) != mode)
        Q_EMIT settingsChanged();
}

ChildProcess::InputChannelMode ChildProcess::inputChannelMode() const
{
    return d->streams.inputMode;
}

void ChildProcess::setInputChannelMode(InputChannelMode mode)
{
    if (std::exchange(d->streams.inputMode, mode) != mode)
        Q_EMIT settingsChanged();
}

/// The next start opens the device without WriteOnly. The parent opens the file; a relative name is
/// relative to the parent's directory. ForwardedInputChannel overrides the file, with a warning at the
/// start. **Errors:** if the file cannot be opened, the start fails with step `channels`: inside
/// start(), or later with StartMode::Background.
void ChildProcess::setStandardInputFile(const QString &fileName)
{
    d->streams.redirections.setFile(Redirections::Input, fileName, ReadOnly);
}

/// The file is created if it does not exist. With Append in `mode` new output is appended; otherwise the
/// file is truncated. A channel mode that forwards standard output overrides the file, with a warning at
/// the start. If both outputs are redirected, the device is opened without ReadOnly. **Errors:** as for
/// setStandardInputFile().
void ChildProcess::setStandardOutputFile(const QString &fileName, OpenMode mode)
{
    d->streams.redirections.setFile(Redirections::Output, fileName, mode);
}

/// As setStandardOutputFile(); MergedChannels also overrides the file.
void ChildProcess::setStandardErrorFile(const QString &fileName, OpenMode mode)
{
    d->streams.redirections.setFile(Redirections::ErrorOutput, fileName, mode);
}

/// The two children may be started in either order. `destination` must not be null and must live in the
/// same thread. Its device is then opened without WriteOnly. If one of the objects is destroyed, the
/// redirection of the other is removed.
///
/// **Errors:** if `destination` is null or this object, this function warns and does nothing.
void ChildProcess::setStandardOutputProcess(ChildProcess *destination)
{
    if (!destination || destination == this) {
        qCWarning(childProcessLog, "QProcess::setStandardOutputProcess: invalid destination");
        return;
    }
    Redirections::connect(d->streams.redirections, destination->d->streams.redirections);
}

std::function<void(void)> ChildProcess::childProcessModifier() const
{
    return d->settings.modifier.function;
}

/// The child calls the function after it has set up its streams and directory, and before it applies
/// unixProcessParameters(). All signals are blocked, and the parent's signal handlers are reset. The
/// function may call only async-signal-safe functions.
///
/// The child is created by a real fork, whose time grows with the size of this process. With UseVFork
/// the child may run in the parent's memory instead: then the function has 256 KiB of stack, and
/// whatever it writes changes the memory of the parent.
///
/// The function may wait for the parent or stop its own process: start() returns before the function is
/// called, and state() is Starting until the function has returned and the program is executed. This
/// time counts towards the time limit, and kill() ends it. With UseVFork and in startDetached() the
/// caller blocks until the function has returned.
///
/// An exception that leaves the function makes the start fail, as failChildProcessModifier() does.
/// **Errors:** step `modifier`.
void ChildProcess::setChildProcessModifier(const std::function<void(void)> &modifier)
{
    d->settings.modifier.function = modifier;
}

/// Must be called from within the function set by setChildProcessModifier(), on the object that the
/// function was set for. The start fails with step `modifier` and errno `error`; errorString() contains
/// the first 255 bytes of `description` (must not be null). Does not return. Async-signal-safe.
///
/// **Errors:** a call from anywhere else ends the process with a message.
void ChildProcess::failChildProcessModifier(const char *description, int error) noexcept
{
    if (!d->settings.modifier.exit)
        qFatal("ChildProcess::failChildProcessModifier: called outside of a child process modifier");
    d->settings.modifier.exit->leave(description, error);
}

ChildProcess::UnixProcessParameters ChildProcess::unixProcessParameters() const noexcept
{
    return d->settings.parameters;
}

/// The child applies the flags in the order of their values, after the modifier, and closes descriptors
/// last. CloseFileDescriptors leaves 0, 1, 2 and LaunchOptions::fileDescriptors open;
/// ResetSignalHandlers does not change LaunchOptions::signalMask.
///
/// **Errors:** step `unixProcessParameters` with the errno of setsid(2), ioctl(2),
/// setrlimit(2) or setuid(2), whichever errorString() names.
void ChildProcess::setUnixProcessParameters(const UnixProcessParameters &params)
{
    d->settings.parameters = params;
}

/// Sets lowestFileDescriptorToClose to 0.
void ChildProcess::setUnixProcessParameters(UnixProcessFlags flagsOnly)
{
    d->settings.parameters = {flagsOnly, 0};
}

/// Until setLaunchOptions() is called, these are the options that defaultLaunchOptions() returned when
/// the object was created.
LaunchOptions ChildProcess::launchOptions() const
{
    return d->settings.launchOptions.get();
}

/// Replaces all options, including those that the object got from defaultLaunchOptions(). To change only
/// some of them, change a copy of launchOptions(). docs/options.md lists what each option requires. With
/// a `pseudoTerminal` all output is received on StandardOutput. startDetached() rejects
/// `pseudoTerminal`, `dieWithParent` and `treeDiesWithParent` (EINVAL).
///
/// **Errors:** the start fails with the name of the member as its step.
void ChildProcess::setLaunchOptions(const LaunchOptions &options)
{
    d->settings.launchOptions.set(options);
}

ChildProcess::StartMode ChildProcess::startMode() const
{
    return d->settings.startMode;
}

/// With Background, start() returns after about 25 µs, however long the start takes. A start takes long
/// if the program is on a slow disk or on a network mount that does not respond, behind an on-access
/// scanner, or in a frozen control group. start() copies what the child gets (arguments, environment,
/// PATH, signal mask, options), duplicates the descriptors in launchOptions(), opens the current
/// directory, and makes the pipes. The caller may change these afterwards. Everything else that a child
/// inherits from the process is taken later (see docs/slow-starts.md), above all forwarded streams and
/// other descriptors without close-on-exec. Those have to stay open and unchanged until started() is
/// emitted.
///
/// A new thread does everything that touches files named by the settings: PATH, redirections, working
/// directory, control group, program. The thread inherits the attributes of the calling thread and ends
/// with the start; starts do not wait for each other. setuid(3) and related functions of libc change all
/// threads, and so wait until the child has executed its program.
///
/// start() itself reports these failures: an empty program, invalid options, no descriptor left
/// (`channels`, `descriptors`), no thread (`clone`; with EAGAIN also while the process exits). The event
/// loop or a waitFor function reports all other failures, including those of redirections and of the
/// working directory. startError() is known when started() or errorOccurred() is emitted.
///
/// Until then processId() is 0, and sendSignal() and terminate() find no process. kill() and stop() give
/// up the start. If there is no child yet, the start fails with step `canceled` and ECANCELED, even if
/// its thread hangs. If there is a child, it gets the signal; if the signal ends it before it has
/// executed its program, it counts as started. Data can be written; the time limit counts from start().
/// The object can be destroyed (this kills the start, unless the policy is LeaveRunning) or moved to
/// another thread. close() blocks until the start is over, unless kill() has given it up.
///
/// At normal exit of the process, all starts that are not over are given up. With a
/// childProcessModifier() the start is always Direct, as are startDetached() and execute(). \since 0.1
void ChildProcess::setStartMode(StartMode mode)
{
    if (std::exchange(d->settings.startMode, mode) != mode)
        Q_EMIT settingsChanged();
}

QStringList ChildProcess::systemEnvironment()
{
    return Internal::hasEnvironment() ? QProcess::systemEnvironment() : QStringList();
}

QString ChildProcess::nullDevice()
{
    return QProcess::nullDevice();
}

QStringList ChildProcess::splitCommand(QStringView command)
{
    return QProcess::splitCommand(command);
}

} // namespace ForkFd
