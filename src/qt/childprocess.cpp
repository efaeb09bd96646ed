// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/childprocess.h>

#include "qt/childprocess_p.h"
#include "qt/logging.h"

#include <QtCore/QEvent>
#include <QtCore/QPointer>
#include <QtCore/QProcess>
#include <QtCore/QScopedValueRollback>
#include <QtCore/QSignalBlocker>

#include <cerrno>
#include <utility>

namespace ForkFd {

using namespace Internal;

/// Never blocks. **Errors:** none.
/// \since 0.1
ChildProcess::ChildProcess(QObject *parent)
    : QIODevice(parent)
    , d(new ChildProcessPrivate(this))
{
}

/// Applies destructionPolicy() to a child that is still running; the library reaps it. Never blocks and
/// emits nothing. Unlike QProcess it does not wait for the child. \since 0.1
ChildProcess::~ChildProcess() = default;

/// Sets program() and arguments(), and starts the child. Afterwards state() is Starting. started() or
/// errorOccurred() follows from the event loop or a waitFor function, and then finished() if there was a
/// child. `mode` specifies how the device is opened. Without ReadOnly the child's output is discarded.
/// Without WriteOnly the child's standard input stays open, too, until closeWriteChannel() is called.
///
/// Blocks until the child has executed its program; this time does not depend on the size of this
/// process. With a childProcessModifier() and without UseVFork it blocks until the child is about to
/// call the modifier; the outcome of the start, and startError(), are known when started() or
/// errorOccurred() is emitted.
///
/// **Errors:** if a child is already running, this function warns and does nothing. Otherwise
/// errorOccurred(FailedToStart) and startError(): inside start() for the steps `program`, `argument`,
/// `environment`, `backend`, `channels`, `descriptors`, `clone` and `workingDirectory`, and for
/// launchOptions() that the parent rejects; later for all other steps. An argument with an embedded NUL
/// is an error; QProcess truncates it. \since 0.1
void ChildProcess::start(const QString &program, const QStringList &arguments, OpenMode mode)
{
    if (d->state != NotRunning) {
        qCWarning(childProcessLog, "QProcess::start: Process is already running");
        return;
    }
    if (program.isEmpty()) {
        d->failWithoutProgram();
        return;
    }
    const bool isOtherProgram = std::exchange(d->settings.program, program) != program;
    const bool areOtherArguments = std::exchange(d->settings.arguments, arguments) != arguments;
    const QPointer<ChildProcess> self = this;
    d->start(mode); // Before a slot can change them again.
    if (self && isOtherProgram)
        Q_EMIT programChanged(d->settings.program);
    if (self && areOtherArguments)
        Q_EMIT argumentsChanged(d->settings.arguments);
}

/// Starts with the program and arguments that were set before. **Errors:** as for the other overload.
/// \since 0.1
void ChildProcess::start(OpenMode mode)
{
    if (d->state != NotRunning)
        qCWarning(childProcessLog, "QProcess::start: Process is already running");
    else if (d->settings.program.isEmpty())
        d->failWithoutProgram();
    else
        d->start(mode);
}

/// Sets program() and arguments() to the words of `command`. **Errors:** if `command` is empty or
/// consists of spaces, this function warns and does nothing. Otherwise those of start(). \since 0.1
void ChildProcess::startCommand(const QString &command, OpenMode mode)
{
    QStringList words = splitCommand(command);
    if (words.isEmpty()) {
        qCWarning(childProcessLog,
                  "QProcess::startCommand: empty or whitespace-only command was provided");
        return;
    }
    const QString program = words.takeFirst();
    start(program, words, mode);
}

/// The child starts a new session, continues when this process ends, and is reaped by init. If orphans
/// go to this process (PID 1, PR_SET_CHILD_SUBREAPER), the library reaps it. The standard streams are
/// the parent's, unless they are redirected to files or to another process. A redirection overrides a
/// channel mode that forwards or merges, with a warning. All other settings apply. `*pid` (may be null)
/// is set to the process id, or to -1.
///
/// Blocks until the child has executed its program; this time does not depend on the size of this
/// process. **Errors:** returns false; errorOccurred(FailedToStart) and startError(), all inside this
/// call. If a child is running, this function warns and returns false. \since 0.1
bool ChildProcess::startDetached(qint64 *pid)
{
    if (pid)
        *pid = -1;
    if (d->state != NotRunning) {
        qCWarning(childProcessLog, "QProcess::startDetached: Process is already running");
        return false;
    }
    if (d->settings.program.isEmpty()) {
        d->failWithoutProgram();
        return false;
    }
    const qint64 child = d->startDetached();
    if (pid)
        *pid = child;
    return child > 0;
}

/// Same as the member function, without an object. **Errors:** returns false. \since 0.1
bool ChildProcess::startDetached(const QString &program, const QStringList &arguments,
                                 const QString &workingDirectory, qint64 *pid)
{
    ChildProcess process;
    process.setProgram(program);
    process.setArguments(arguments);
    process.setWorkingDirectory(workingDirectory);
    return process.startDetached(pid);
}

/// The child writes to the parent's standard output and standard error. Its standard input is a pipe
/// that receives no data. Needs no event loop.
///
/// Blocks until the child has ended. **Errors:** -2 if the child did not start; -1 if a signal killed it
/// or its exit status is unknown. \since 0.1
int ChildProcess::execute(const QString &program, const QStringList &arguments)
{
    ChildProcess process;
    process.setProcessChannelMode(ForwardedChannels);
    process.start(program, arguments);
    if (!process.waitForFinished(-1))
        return -2;
    return process.exitStatus() == NormalExit ? process.exitCode() : -1;
}

/// Same as QProcess::systemEnvironment(). Never blocks. **Errors:** none. \since 0.1
QStringList ChildProcess::systemEnvironment()
{
    return QProcess::systemEnvironment();
}

/// Same as QProcess::nullDevice(). Never blocks. **Errors:** none. \since 0.1
QString ChildProcess::nullDevice()
{
    return QProcess::nullDevice();
}

/// Same as QProcess::splitCommand(). Never blocks. **Errors:** none. \since 0.1
QStringList ChildProcess::splitCommand(QStringView command)
{
    return QProcess::splitCommand(command);
}

/// Same as start(). **Errors:** returns false if a child is already running, if start() reported a
/// failure before it returned, and if no program is set. In the last case it warns and sets startError()
/// and exitCode(), but emits no errorOccurred(). \since 0.1
bool ChildProcess::open(OpenMode mode)
{
    if (d->state == NotRunning && d->settings.program.isEmpty()) {
        qCWarning(childProcessLog, "QProcess::start: program not set");
        d->failWithoutProgram(false);
        return false;
    }
    const QPointer<ChildProcess> self = this;
    const bool wasRunning = d->state != NotRunning;
    start(mode);
    return self && !wasRunning && d->state != NotRunning;
}

/// Never blocks. **Errors:** none. \since 0.1
QString ChildProcess::program() const
{
    return d->settings.program;
}

/// Emits programChanged() if the program is different. A start with an empty program fails. **Errors:**
/// while a child is running, this function warns and does nothing. \since 0.1
void ChildProcess::setProgram(const QString &program)
{
    if (d->state != NotRunning)
        qCWarning(childProcessLog, "QProcess::setProgram: Process is already running");
    else if (std::exchange(d->settings.program, program) != program)
        Q_EMIT programChanged(program);
}

/// Never blocks. **Errors:** none. \since 0.1
QStringList ChildProcess::arguments() const
{
    return d->settings.arguments;
}

/// Emits argumentsChanged() if the arguments are different. **Errors:** while a child is running, this
/// function warns and does nothing. \since 0.1
void ChildProcess::setArguments(const QStringList &arguments)
{
    if (d->state != NotRunning)
        qCWarning(childProcessLog, "QProcess::setProgram: Process is already running");
    else if (std::exchange(d->settings.arguments, arguments) != arguments)
        Q_EMIT argumentsChanged(arguments);
}

/// Never blocks. **Errors:** none. \since 0.1
QString ChildProcess::workingDirectory() const
{
    return d->settings.workingDirectory;
}

/// Takes effect at the next start. **Errors:** none here; if the directory does not exist, the start
/// fails with step `workingDirectory`. \since 0.1
void ChildProcess::setWorkingDirectory(const QString &directory)
{
    d->settings.workingDirectory = directory;
}

/// Never blocks. **Errors:** none. \since 0.1
QProcessEnvironment ChildProcess::processEnvironment() const
{
    return d->settings.environment;
}

/// Takes effect at the next start. A variable of the parent that QString cannot represent reaches the
/// child with its original bytes. **Errors:** none here. \since 0.1
void ChildProcess::setProcessEnvironment(const QProcessEnvironment &environment)
{
    d->settings.environment = environment;
}

/// Empty if no environment was set. Never blocks. **Errors:** none. \since 0.1
QStringList ChildProcess::environment() const
{
    return d->settings.environment.toStringList();
}

/// Takes effect at the next start. Entries without a name or a '=' are ignored. **Errors:** none here.
/// \since 0.1
void ChildProcess::setEnvironment(const QStringList &environment)
{
    QProcess parser;
    parser.setEnvironment(environment);
    d->settings.environment = parser.processEnvironment();
}

/// Never blocks. **Errors:** none. \since 0.1
ChildProcess::ProcessChannelMode ChildProcess::processChannelMode() const
{
    return d->streams.channelMode;
}

/// Takes effect at the next start. **Errors:** none. \since 0.1
void ChildProcess::setProcessChannelMode(ProcessChannelMode mode)
{
    d->streams.channelMode = mode;
}

/// Never blocks. **Errors:** none. \since 0.1
ChildProcess::InputChannelMode ChildProcess::inputChannelMode() const
{
    return d->streams.inputMode;
}

/// Takes effect at the next start. **Errors:** none. \since 0.1
void ChildProcess::setInputChannelMode(InputChannelMode mode)
{
    d->streams.inputMode = mode;
}

/// Never blocks. **Errors:** none. \since 0.1
ChildProcess::ProcessChannel ChildProcess::readChannel() const
{
    return d->readChannel;
}

/// Unread data of the other channel is kept. **Errors:** during a read transaction, this function warns
/// and does nothing. \since 0.1
void ChildProcess::setReadChannel(ProcessChannel channel)
{
    d->setReadChannel(channel);
}

/// Takes effect at the next start, which opens the device without WriteOnly. The parent opens the file;
/// a relative name is relative to the parent's directory. ForwardedInputChannel overrides the file, with
/// a warning at the start. **Errors:** none here; if the file cannot be opened, the start fails with
/// step `channels`, inside start(). \since 0.1
void ChildProcess::setStandardInputFile(const QString &fileName)
{
    d->streams.redirections.setFile(Redirections::Input, fileName, ReadOnly);
}

/// Takes effect at the next start. The file is created if it does not exist. With Append in `mode` new
/// output is appended; otherwise the file is truncated. A channel mode that forwards standard output
/// overrides the file, with a warning at the start. If both outputs are redirected, the device is opened
/// without ReadOnly. **Errors:** as for setStandardInputFile(). \since 0.1
void ChildProcess::setStandardOutputFile(const QString &fileName, OpenMode mode)
{
    d->streams.redirections.setFile(Redirections::Output, fileName, mode);
}

/// As setStandardOutputFile(); MergedChannels also overrides the file. \since 0.1
void ChildProcess::setStandardErrorFile(const QString &fileName, OpenMode mode)
{
    d->streams.redirections.setFile(Redirections::ErrorOutput, fileName, mode);
}

/// Takes effect at the next starts; the two children may be started in either order. `destination` must
/// not be null and must live in the same thread. Its device is then opened without WriteOnly. If one of
/// the objects is destroyed, the redirection of the other is removed.
///
/// Never blocks. **Errors:** if `destination` is null or this object, this function warns and does
/// nothing. \since 0.1
void ChildProcess::setStandardOutputProcess(ChildProcess *destination)
{
    if (!destination || destination == this) {
        qCWarning(childProcessLog, "QProcess::setStandardOutputProcess: invalid destination");
        return;
    }
    Redirections::connect(d->streams.redirections, destination->d->streams.redirections);
}

/// Never blocks. **Errors:** none. \since 0.1
std::function<void(void)> ChildProcess::childProcessModifier() const
{
    return d->settings.modifier.function;
}

/// Takes effect at the next start. The child calls the function after it has set up its streams and
/// directory, and before it applies unixProcessParameters(). All signals are blocked, and the parent's
/// signal handlers are reset. The function may call only async-signal-safe functions.
///
/// The child is created by a real fork, whose time grows with the size of this process. With UseVFork
/// the child may run in the parent's memory instead: the function has 256 KiB of stack, and what it
/// writes to memory is written in the parent.
///
/// The function may wait for the parent or stop itself: start() returns before it is called, and state()
/// is Starting until the function has returned and the program is executed. This time counts towards the
/// time limit, and kill() ends it. With UseVFork and in startDetached() the caller blocks until the
/// function has returned.
///
/// An exception that leaves the function makes the start fail, as failChildProcessModifier() does.
/// **Errors:** none here; step `modifier`. \since 0.1
void ChildProcess::setChildProcessModifier(const std::function<void(void)> &modifier)
{
    d->settings.modifier.function = modifier;
}

/// Must be called from within the function set by setChildProcessModifier(), on the object that the
/// function was set for. The start fails with step `modifier` and errno `error`; errorString() contains
/// the first 255 bytes of `description` (must not be null). Does not return. Async-signal-safe.
///
/// **Errors:** a call from anywhere else ends the process with a message. \since 0.1
void ChildProcess::failChildProcessModifier(const char *description, int error) noexcept
{
    if (!d->settings.modifier.exit)
        qFatal("ChildProcess::failChildProcessModifier: called outside of a child process modifier");
    d->settings.modifier.exit->leave(description, error);
}

/// Never blocks. **Errors:** none. \since 0.1
ChildProcess::UnixProcessParameters ChildProcess::unixProcessParameters() const noexcept
{
    return d->settings.parameters;
}

/// Takes effect at the next start. The child applies the flags in the order of their values, after the
/// modifier, and closes descriptors last. CloseFileDescriptors leaves 0, 1, 2 and
/// LaunchOptions::fileDescriptors open; ResetSignalHandlers does not change LaunchOptions::signalMask.
///
/// Never blocks. **Errors:** none here; step `unixProcessParameters` with the errno of setsid(2),
/// ioctl(2), setrlimit(2) or setuid(2), whichever errorString() names. \since 0.1
void ChildProcess::setUnixProcessParameters(const UnixProcessParameters &params)
{
    d->settings.parameters = params;
}

/// Sets lowestFileDescriptorToClose to 0. \since 0.1
void ChildProcess::setUnixProcessParameters(UnixProcessFlags flagsOnly)
{
    d->settings.parameters = {flagsOnly, 0};
}

/// Never blocks. **Errors:** empty if the device is not open. \since 0.1
QByteArray ChildProcess::readAllStandardOutput()
{
    const ProcessChannel previous = readChannel();
    setReadChannel(StandardOutput);
    QByteArray data = readAll();
    setReadChannel(previous);
    return data;
}

/// Never blocks. **Errors:** empty if the device is not open; with MergedChannels, empty with a warning,
/// because standard error is part of standard output. \since 0.1
QByteArray ChildProcess::readAllStandardError()
{
    if (processChannelMode() == MergedChannels) {
        qCWarning(childProcessLog, "QProcess::readAllStandardError: Called with MergedChannels");
        return {};
    }
    const ProcessChannel previous = readChannel();
    setReadChannel(StandardError);
    QByteArray data = readAll();
    setReadChannel(previous);
    return data;
}

/// The child then reads end of file. Later writes are rejected. With a pseudo-terminal, the end-of-file
/// character is written (VEOF in termios(3)), which the child may interpret differently. Never blocks.
/// **Errors:** none. \since 0.1
void ChildProcess::closeWriteChannel()
{
    d->closeWriteChannel();
}

/// Data received before can still be read. The child can still write to the channel. Never blocks.
/// **Errors:** none. \since 0.1
void ChildProcess::closeReadChannel(ProcessChannel channel)
{
    d->closeReadChannel(channel);
}

/// Never blocks. **Errors:** none. \since 0.1
ChildProcess::ProcessState ChildProcess::state() const
{
    return d->state;
}

/// Valid until stateChanged(NotRunning) has been emitted; by that time the number may name another
/// process. Use sendSignal() instead of kill(2).
///
/// Never blocks. **Errors:** none. \since 0.1
qint64 ChildProcess::processId() const
{
    return d->pid;
}

/// Kept until the next start; errorString() describes it. Never blocks. **Errors:** none. \since 0.1
ChildProcess::ProcessError ChildProcess::error() const
{
    return d->error;
}

/// NormalExit before the first end. UnknownExit if other code reaped the child and the kernel does not
/// keep the exit status (before Linux 6.15).
///
/// Never blocks. **Errors:** none. \since 0.1
ChildProcess::ExitStatus ChildProcess::exitStatus() const
{
    if (!d->exitInfo)
        return NormalExit;
    switch (d->exitInfo->reason) {
    case ExitInfo::Exited:
        return NormalExit;
    case ExitInfo::Signaled:
        return CrashExit;
    case ExitInfo::Unknown:
        break;
    }
    return UnknownExit;
}

/// After NormalExit 0 to 255, and 0 before the first end. After CrashExit the number of the signal, as
/// with QProcess; exitInfo() has separate fields. After UnknownExit -1. After a failed start 255, from
/// stateChanged(NotRunning) or errorOccurred(FailedToStart) on, whichever is emitted first.
///
/// Never blocks. **Errors:** none. \since 0.1
int ChildProcess::exitCode() const
{
    if (!d->exitInfo)
        return d->isFailureTold ? 255 : 0;
    return d->exitInfo->reason == ExitInfo::Signaled ? d->exitInfo->signal : d->exitInfo->code;
}

/// The reason is Unknown as long as no child has ended.
///
/// Never blocks. **Errors:** none. \since 0.1
ExitInfo ChildProcess::exitInfo() const
{
    return d->exitInfo.get();
}

/// Has no step if the last start did not fail. Known when start() returns; after a real fork with a
/// childProcessModifier(), when started() or errorOccurred() is emitted. The steps are those of
/// ForkFd::spawn(), and `channels`: with EMFILE or ENFILE, no descriptor was available for a pipe.
///
/// Never blocks. **Errors:** none. \since 0.1
StartError ChildProcess::startError() const
{
    return d->failure->error;
}

/// Measured with a steady clock from just before the child is created until its end is noticed.
///
/// Never blocks. **Errors:** none. \since 0.1
std::chrono::nanoseconds ChildProcess::elapsedTime() const
{
    return (d->isUnderWay() ? std::chrono::steady_clock::now() : d->endTime) - d->startTime;
}

LaunchOptions ChildProcess::launchOptions() const
{
    return d->settings.launchOptions.get();
}

/// Takes effect at the next start. docs/options.md lists what each option requires. With a
/// `pseudoTerminal` all output is received on StandardOutput. startDetached() rejects `pseudoTerminal`
/// and `dieWithParent` (EINVAL).
///
/// Never blocks. **Errors:** none here; the start fails with the name of the member as its step.
/// \since 0.1
void ChildProcess::setLaunchOptions(const LaunchOptions &options)
{
    d->settings.launchOptions.set(options);
}

/// Blocks only while a childProcessModifier() runs, for `msecs` at most (-1: no timeout). Emits the
/// signals that are due. Needs no event loop.
///
/// **Errors:** returns false if there is no child, if the start failed (see error() and startError()),
/// and after a timeout (error() is Timedout). \since 0.1
bool ChildProcess::waitForStarted(int msecs)
{
    if (d->state == Starting)
        return d->waitForStarted(Deadline(std::chrono::milliseconds(msecs)));
    return d->state == Running;
}

/// Blocks for `msecs` at most (-1: no timeout), and emits signals. Needs no event loop.
///
/// **Errors:** returns false if there is no child, if the child has ended without more data, after a
/// timeout (error() is Timedout), and if a slot has deleted this object. \since 0.1
bool ChildProcess::waitForReadyRead(int msecs)
{
    if (d->state == NotRunning || d->readingFrom().isDiscarding())
        return false;
    ChildProcessPrivate *const p = d.get();
    const auto hasNewData = [p, before = p->readCount] { return p->readCount != before; };
    const auto outcome = p->serveUntil(hasNewData, Deadline(std::chrono::milliseconds(msecs)));
    return outcome == ChildProcessPrivate::Done
        || (outcome == ChildProcessPrivate::RunEnded && hasNewData());
}

/// Blocks for `msecs` at most (-1: no timeout), and emits signals. Needs no event loop.
///
/// **Errors:** returns false if there is no data to write, if the child has ended or closed its standard
/// input, after a timeout (error() is Timedout), and if a slot has deleted this object. \since 0.1
bool ChildProcess::waitForBytesWritten(int msecs)
{
    const Deadline deadline{std::chrono::milliseconds(msecs)};
    if (d->state == Starting && !d->waitForStarted(deadline))
        return false;
    if (d->state == NotRunning || !d->isWriting())
        return false;
    ChildProcessPrivate *const p = d.get();
    const auto hasWritten = [p, before = p->writeCount] { return p->writeCount != before; };
    const auto isDone = [p, hasWritten] { return hasWritten() || !p->streams.input.isOpen(); };
    return p->serveUntil(isDone, deadline) == ChildProcessPrivate::Done && hasWritten();
}

/// Blocks for `msecs` at most (-1: no timeout), and emits signals. Reads and writes the channels, so
/// that a child that writes a lot does not block. Needs no event loop and no QCoreApplication.
///
/// After a call that timed out, the next call also returns true if the event loop has reported the end
/// in between. So `while (!process.waitForFinished(10)) processEvents();` always ends.
///
/// **Errors:** returns false if there is no child, if the start failed (error() is FailedToStart), after
/// a timeout (error() is Timedout; the child keeps running), and if a slot has deleted this object.
/// \since 0.1
bool ChildProcess::waitForFinished(int msecs)
{
    return d->waitForFinished(Deadline(std::chrono::milliseconds(msecs)));
}

/// Hides QIODevice::readChannelCount(), which returns 1. Never blocks. **Errors:** none. \since 0.1
int ChildProcess::readChannelCount() const
{
    return isReadable() ? 2 : 0;
}

/// Hides QIODevice::currentReadChannel(), which returns 0. Never blocks. **Errors:** none. \since 0.1
int ChildProcess::currentReadChannel() const
{
    return readChannel();
}

/// Hides QIODevice::setCurrentReadChannel(). Do not call that function with 1 through a QIODevice
/// pointer: it is not virtual, and QIODevice then reads from a buffer that can only be created with Qt's
/// private headers. Never blocks. **Errors:** a number other than 0 and 1 changes nothing; those of
/// setReadChannel(). \since 0.1
void ChildProcess::setCurrentReadChannel(int channel)
{
    if (channel == StandardOutput || channel == StandardError)
        setReadChannel(static_cast<ProcessChannel>(channel));
}

/// Hides QIODevice::readAll(), which copies the data twice. Never blocks. **Errors:** empty, with a
/// warning, if the device is not open for reading. \since 0.1
QByteArray ChildProcess::readAll()
{
    // Only QIODevice can return its read-ahead data, handle transactions and convert text.
    const bool isPlain = isReadable() && !isTextModeEnabled() && !isTransactionStarted()
        && QIODevice::bytesAvailable() == 0;
    return isPlain ? d->takeAll() : QIODevice::readAll();
}

/// Never blocks. **Errors:** none. \since 0.1
bool ChildProcess::isSequential() const
{
    return true;
}

/// Never blocks. **Errors:** none. \since 0.1
qint64 ChildProcess::bytesAvailable() const
{
    return QIODevice::bytesAvailable() + d->readingFrom().bytes().size();
}

/// Never blocks. **Errors:** none. \since 0.1
qint64 ChildProcess::bytesToWrite() const
{
    return QIODevice::bytesToWrite() + d->bytesToWrite();
}

/// An incomplete last line does not count, as with QProcess; readLine() returns it when no other line is
/// left. After finished() it is complete.
///
/// Never blocks. **Errors:** none. \since 0.1
bool ChildProcess::canReadLine() const
{
    return QIODevice::canReadLine() || d->readingFrom().bytes().contains('\n');
}

/// Emits aboutToClose() first. Blocks until all data has been written, kills the child, and blocks until
/// it has ended; drainTimeout() is ignored.
///
/// **Errors:** none. \since 0.1
void ChildProcess::close()
{
    if (!isOpen())
        return;
    const QPointer<ChildProcess> self = this;
    Q_EMIT aboutToClose();
    while (self && waitForBytesWritten(-1)) { }
    if (self) {
        d->stopDraining(); // The output will not be read.
        kill();
    }
    if (self)
        waitForFinished(-1);
    if (!self)
        return;
    const QSignalBlocker onceIsEnough(this);
    QIODevice::close();
    d->streams.clear();
}

/// Emits stateChanged() if the state is different. Does not start or stop a child. Never blocks.
/// **Errors:** none. \since 0.1
void ChildProcess::setProcessState(ProcessState state)
{
    d->setState(state);
}

/// Never blocks. **Errors:** -1 if the child has ended and all data was read. \since 0.1
qint64 ChildProcess::readData(char *data, qint64 maxSize)
{
    const qint64 count = d->take(data, maxSize);
    return count == 0 && maxSize > 0 && d->state == NotRunning ? -1 : count;
}

/// Hides QIODevice::write(const QByteArray &), which copies the data. A large array is shared until the
/// child's pipe has taken it; an array from QByteArray::fromRawData() is copied, because its data may
/// not live as long. Never blocks. **Errors:** those of QIODevice::write(). \since 0.1
qint64 ChildProcess::write(const QByteArray &data)
{
    const QScopedValueRollback passedOn(d->writtenArray, &data);
    return QIODevice::write(data);
}

/// Never blocks: data that does not fit into the pipe is kept in a buffer. **Errors:** 0. \since 0.1
qint64 ChildProcess::writeData(const char *data, qint64 size)
{
    if (!d->canWrite())
        return 0;
    d->queueForWriting(data, size);
    return size;
}

/// Reimplemented from QObject to notice QEvent::ThreadChange. **Errors:** none. \since 0.1
bool ChildProcess::event(QEvent *event)
{
    if (event->type() == QEvent::ThreadChange)
        d->changeThread();
    return QIODevice::event(event);
}

} // namespace ForkFd
