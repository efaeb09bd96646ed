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

/// A child that still runs meets what destructionPolicy() says, and is collected in the background.
/// Never blocks, emits nothing. Unlike QProcess it does not wait for the child. \since 0.1
ChildProcess::~ChildProcess() = default;

/// Sets program() and arguments() and starts. The state is Starting afterwards; started() or
/// errorOccurred() follows from the event loop or a waitFor function, and then finished() if there was
/// a child. `mode` says which directions are open; a pipe of the other direction is closed at once.
///
/// Blocks until the child has executed its program, which does not depend on the size of this process.
/// With a childProcessModifier() and without UseVFork it blocks until the child is about to call that;
/// what becomes of the start, and startError(), is known when started() or errorOccurred() comes.
///
/// **Errors:** a child that already runs: warns and does nothing. Otherwise errorOccurred(FailedToStart)
/// and startError(): inside start() for the steps `program`, `argument`, `environment`, `backend`,
/// `channels`, `descriptors`, `clone` and `workingDirectory`, and for what the parent finds out of
/// launchOptions(); later for the others. Unlike QProcess, which cuts it off, an argument with an
/// embedded NUL is an error.
/// \since 0.1
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
    d->start(mode); // Before slots could change them again.
    if (self && isOtherProgram)
        Q_EMIT programChanged(d->settings.program);
    if (self && areOtherArguments)
        Q_EMIT argumentsChanged(d->settings.arguments);
}

/// As above, with the program and arguments set before. **Errors:** the same. \since 0.1
void ChildProcess::start(OpenMode mode)
{
    if (d->state != NotRunning)
        qCWarning(childProcessLog, "QProcess::start: Process is already running");
    else if (d->settings.program.isEmpty())
        d->failWithoutProgram();
    else
        d->start(mode);
}

/// Splits `command` as splitCommand() does, sets program() and arguments(), and starts.
/// **Errors:** a command of spaces or nothing: warns and does nothing. Otherwise those of start().
/// \since 0.1
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

/// The child lives in a session of its own, goes on when this process ends, and is collected by init.
/// Where this process is the one that orphans go to (PID 1, PR_SET_CHILD_SUBREAPER), the library
/// collects it. Its standard streams are the parent's own unless they lead to files or to another
/// process, which come before a channel mode that forwards, with a warning; all other settings hold.
/// `*pid` (may be null) becomes its process id, or -1.
///
/// Blocks until the child has executed its program, which does not depend on the size of this process.
/// **Errors:** false, errorOccurred(FailedToStart) and startError(), all within this call. While a child
/// runs: warns and returns false. \since 0.1
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

/// As above, for a program without an object. \since 0.1
bool ChildProcess::startDetached(const QString &program, const QStringList &arguments,
                                 const QString &workingDirectory, qint64 *pid)
{
    ChildProcess process;
    process.setProgram(program);
    process.setArguments(arguments);
    process.setWorkingDirectory(workingDirectory);
    return process.startDetached(pid);
}

/// The child has the parent's own outputs, and nothing ever comes on its input. Needs no event loop.
///
/// Blocks until the child has ended. **Errors:** -2, it did not start; -1, a signal killed it or nobody
/// knows how it ended. \since 0.1
int ChildProcess::execute(const QString &program, const QStringList &arguments)
{
    ChildProcess process;
    process.setProcessChannelMode(ForwardedChannels);
    process.start(program, arguments);
    if (!process.waitForFinished(-1))
        return -2;
    return process.exitStatus() == NormalExit ? process.exitCode() : -1;
}

/// As QProcess's. Never blocks. **Errors:** none. \since 0.1
QStringList ChildProcess::systemEnvironment()
{
    return QProcess::systemEnvironment();
}

/// As QProcess's. Never blocks. **Errors:** none. \since 0.1
QString ChildProcess::nullDevice()
{
    return QProcess::nullDevice();
}

/// As QProcess's. Never blocks. **Errors:** none. \since 0.1
QStringList ChildProcess::splitCommand(QStringView command)
{
    return QProcess::splitCommand(command);
}

/// As start(). **Errors:** false when a child runs already, when a failure was reported inside start(),
/// and when no program is set; then it warns, startError() and exitCode() tell, and no signal does.
/// \since 0.1
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

/// An empty program makes the start fail. Emits programChanged() if it is another one. **Errors:** while
/// a child runs: warns and does nothing. \since 0.1
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

/// Emits argumentsChanged() if they are others. **Errors:** while a child runs: warns and does nothing.
/// \since 0.1
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

/// Counts from the next start. **Errors:** none here; a directory that does not exist makes the start
/// fail with step `workingDirectory`. \since 0.1
void ChildProcess::setWorkingDirectory(const QString &directory)
{
    d->settings.workingDirectory = directory;
}

/// Never blocks. **Errors:** none. \since 0.1
QProcessEnvironment ChildProcess::processEnvironment() const
{
    return d->settings.environment;
}

/// Counts from the next start. A variable of the parent that QString cannot hold reaches the child as
/// the bytes that it is. **Errors:** none here. \since 0.1
void ChildProcess::setProcessEnvironment(const QProcessEnvironment &environment)
{
    d->settings.environment = environment;
}

/// Empty unless an environment was set. Never blocks. **Errors:** none. \since 0.1
QStringList ChildProcess::environment() const
{
    return d->settings.environment.toStringList();
}

/// Counts from the next start. Entries without a name or a '=' are left out. **Errors:** none here.
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

/// Counts from the next start. **Errors:** none. \since 0.1
void ChildProcess::setProcessChannelMode(ProcessChannelMode mode)
{
    d->streams.channelMode = mode;
}

/// Never blocks. **Errors:** none. \since 0.1
ChildProcess::InputChannelMode ChildProcess::inputChannelMode() const
{
    return d->streams.inputMode;
}

/// Counts from the next start. **Errors:** none. \since 0.1
void ChildProcess::setInputChannelMode(InputChannelMode mode)
{
    d->streams.inputMode = mode;
}

/// Never blocks. **Errors:** none. \since 0.1
ChildProcess::ProcessChannel ChildProcess::readChannel() const
{
    return d->readChannel;
}

/// Unread data of the other channel stays there. **Errors:** during a read transaction: warns and does
/// nothing. \since 0.1
void ChildProcess::setReadChannel(ProcessChannel channel)
{
    d->setReadChannel(channel);
}

/// Counts from the next start, for which the device cannot be written to. The parent opens the file, in
/// its own directory. ForwardedInputChannel comes first, with a warning at the start. **Errors:** none
/// here; a file that cannot be opened makes the start fail with step `channels`, inside start(). \since
/// 0.1
void ChildProcess::setStandardInputFile(const QString &fileName)
{
    d->streams.redirections.setFile(Redirections::Input, fileName, ReadOnly);
}

/// Counts from the next start. With Append in `mode` what the file holds is kept, otherwise it is
/// emptied. The parent makes the file where there is none. A channel mode that forwards standard output
/// comes first, with a warning at the start. With both outputs elsewhere the device cannot be read.
/// **Errors:** as setStandardInputFile(). \since 0.1
void ChildProcess::setStandardOutputFile(const QString &fileName, OpenMode mode)
{
    d->streams.redirections.setFile(Redirections::Output, fileName, mode);
}

/// As setStandardOutputFile(). MergedChannels comes first, too. \since 0.1
void ChildProcess::setStandardErrorFile(const QString &fileName, OpenMode mode)
{
    d->streams.redirections.setFile(Redirections::ErrorOutput, fileName, mode);
}

/// Counts from the next starts, which may come in either order. `destination` must not be null and live
/// in the same thread; it cannot be written to then. When either object is destroyed the other's stream
/// leads to itself again.
///
/// Never blocks. **Errors:** null or this object itself: warns and does nothing. \since 0.1
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

/// Counts from the next start. The function runs in the child, after its streams and directory are set
/// and before unixProcessParameters() are applied, with all signals blocked and no handler of the
/// parent's left. It may call async-signal-safe functions only. The child is a real fork() then, whose
/// time grows with the size of this process, unless UseVFork says that the function copes with the
/// parent's own memory; then it has 256 KiB of stack, and what it writes to memory is the parent's.
///
/// It may wait for its parent or stop itself: start() returns before it is called, and the state is
/// Starting until it has come to its end and the program is executed. A time limit counts in that time,
/// and kill() ends it. With UseVFork and in startDetached() the caller waits for it.
///
/// An exception that leaves it makes the start fail, as failChildProcessModifier() does.
/// **Errors:** none here; step `modifier`. \since 0.1
void ChildProcess::setChildProcessModifier(const std::function<void(void)> &modifier)
{
    d->settings.modifier.function = modifier;
}

/// Only from within the function set by setChildProcessModifier(), for the object that it was set for.
/// The start fails with step `modifier` and errno `error`; errorString() has the first 255 bytes of
/// `description` (must not be null). Does not return. Async-signal-safe.
///
/// **Errors:** called anywhere else it ends the process with a message, since it cannot return.
/// \since 0.1
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

/// Counts from the next start. They are applied in the order of their values, after the modifier; the
/// descriptors last. CloseFileDescriptors spares 0, 1 and 2, and those of
/// LaunchOptions::fileDescriptors; ResetSignalHandlers leaves a LaunchOptions::signalMask in force.
///
/// Never blocks. **Errors:** none here; step `unixProcessParameters` with the errno of setsid(2),
/// ioctl(2), setrlimit(2) or setuid(2), which errorString() names. \since 0.1
void ChildProcess::setUnixProcessParameters(const UnixProcessParameters &params)
{
    d->settings.parameters = params;
}

/// As above, with a lowestFileDescriptorToClose of 0. \since 0.1
void ChildProcess::setUnixProcessParameters(UnixProcessFlags flagsOnly)
{
    d->settings.parameters = {flagsOnly, 0};
}

/// Never blocks. **Errors:** empty when the device is not open. \since 0.1
QByteArray ChildProcess::readAllStandardOutput()
{
    const ProcessChannel previous = readChannel();
    setReadChannel(StandardOutput);
    QByteArray data = readAll();
    setReadChannel(previous);
    return data;
}

/// Never blocks. **Errors:** empty when the device is not open; with MergedChannels, where this is part
/// of standard output, it warns as well. \since 0.1
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

/// The child reads end of file then. What is written after this is refused. With a pseudo-terminal the
/// end-of-file character is typed (VEOF in termios(3)), which a child may take for what it likes.
/// Never blocks. **Errors:** none. \since 0.1
void ChildProcess::closeWriteChannel()
{
    d->closeWriteChannel();
}

/// What came before can still be read. The child does not notice, and can go on writing. Never blocks.
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

/// Until the change of state() to NotRunning was told; by then the number may name another process. Use
/// sendSignal() rather than kill(2).
///
/// Never blocks. **Errors:** none. \since 0.1
qint64 ChildProcess::processId() const
{
    return d->pid;
}

/// Stays until the next start. errorString() has it in words. Never blocks. **Errors:** none.
/// \since 0.1
ChildProcess::ProcessError ChildProcess::error() const
{
    return d->error;
}

/// NormalExit before the first end. UnknownExit comes where the status of the child was collected by
/// someone else and the kernel does not keep it (before Linux 6.15).
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

/// 0 to 255 after NormalExit, and 0 before the first end. After CrashExit the number of the signal, as
/// QProcess gives it; exitInfo() keeps the two apart. After UnknownExit -1. After every failed start
/// 255, from the change of state() to NotRunning, or errorOccurred(FailedToStart) where that comes
/// first.
///
/// Never blocks. **Errors:** none. \since 0.1
int ChildProcess::exitCode() const
{
    if (!d->exitInfo)
        return d->isFailureTold ? 255 : 0;
    return d->exitInfo->reason == ExitInfo::Signaled ? d->exitInfo->signal : d->exitInfo->code;
}

/// With reason Unknown also while there has been no end to tell of.
///
/// Never blocks. **Errors:** none. \since 0.1
ExitInfo ChildProcess::exitInfo() const
{
    return d->exitInfo.get();
}

/// Without a step when the last start has not failed. Known when start() returns; after a real fork with
/// a childProcessModifier(), when started() or errorOccurred() comes. The steps are those of
/// ForkFd::spawn(), and `channels`: EMFILE or ENFILE, there was no descriptor left for a pipe.
///
/// Never blocks. **Errors:** none. \since 0.1
StartError ChildProcess::startError() const
{
    return d->failure->error;
}

/// Nanoseconds of a steady clock from just before the child was made until its end was noticed; while
/// it runs, until now.
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

/// Counts from the next start. docs/options.md says what each needs. With a `pseudoTerminal` all output
/// comes on StandardOutput. startDetached() refuses that and `dieWithParent` (EINVAL).
///
/// Never blocks. **Errors:** none here; what is wrong with the options is told by the start, with the
/// member's name as the step. \since 0.1
void ChildProcess::setLaunchOptions(const LaunchOptions &options)
{
    d->settings.launchOptions.set(options);
}

/// Blocks only as long as a childProcessModifier() takes, and needs no event loop. Emits what is to be
/// emitted. `msecs` -1: no timeout.
///
/// **Errors:** false when there is no child, the start has failed (error(), startError()), or the time
/// is over (error() is Timedout). \since 0.1
bool ChildProcess::waitForStarted(int msecs)
{
    if (d->state == Starting)
        return d->waitForStarted(QDeadlineTimer(msecs));
    return d->state == Running;
}

/// Emits what is to be emitted meanwhile. Needs no event loop. `msecs` -1: no timeout.
///
/// **Errors:** false when there is no child, the child has ended without more data, the time is over
/// (error() is Timedout), or a slot has deleted this object. \since 0.1
bool ChildProcess::waitForReadyRead(int msecs)
{
    if (d->state == NotRunning || d->readingFrom().isDiscarding())
        return false;
    ChildProcessPrivate *const p = d.get();
    const auto hasNewData = [p, before = p->readCount] { return p->readCount != before; };
    const auto outcome = p->serveUntil(hasNewData, QDeadlineTimer(msecs));
    return outcome == ChildProcessPrivate::Done
        || (outcome == ChildProcessPrivate::RunEnded && hasNewData());
}

/// Emits what is to be emitted meanwhile. Needs no event loop. `msecs` -1: no timeout.
///
/// **Errors:** false when there is nothing to be written, the child reads no more or has ended, the time
/// is over (error() is Timedout), or a slot has deleted this object. \since 0.1
bool ChildProcess::waitForBytesWritten(int msecs)
{
    const QDeadlineTimer deadline(msecs);
    if (d->state == Starting && !d->waitForStarted(deadline))
        return false;
    if (d->state == NotRunning || !d->isWriting())
        return false;
    ChildProcessPrivate *const p = d.get();
    const auto hasWritten = [p, before = p->writeCount] { return p->writeCount != before; };
    const auto isDone = [p, hasWritten] { return hasWritten() || !p->streams.input.isOpen(); };
    return p->serveUntil(isDone, deadline) == ChildProcessPrivate::Done && hasWritten();
}

/// Serves the channels meanwhile, so that a child that writes a lot does not block. Needs no event
/// loop and no QCoreApplication.
///
/// After a call that gave up because the time was over, the next one also returns true when the event
/// loop has told of the end in between: `while (!process.waitForFinished(10)) processEvents();` always
/// ends.
///
/// **Errors:** false when there is no child, when the start has failed (error() is FailedToStart),
/// when the time is over (Timedout; the child goes on), and when a slot has deleted this object.
/// \since 0.1
bool ChildProcess::waitForFinished(int msecs)
{
    return d->waitForFinished(QDeadlineTimer(msecs));
}

/// Hides QIODevice::readChannelCount(), which gives 1. Never blocks. **Errors:** none. \since 0.1
int ChildProcess::readChannelCount() const
{
    return isReadable() ? 2 : 0;
}

/// Hides QIODevice::currentReadChannel(), which gives 0. Never blocks. **Errors:** none. \since 0.1
int ChildProcess::currentReadChannel() const
{
    return readChannel();
}

/// Hides QIODevice::setCurrentReadChannel(). Do not call that one with 1 through a QIODevice pointer: it
/// is not virtual, and QIODevice then reads from a buffer that only Qt's private headers can make. Never
/// blocks. **Errors:** a number other than 0 and 1 changes nothing; those of setReadChannel(). \since
/// 0.1
void ChildProcess::setCurrentReadChannel(int channel)
{
    if (channel == StandardOutput || channel == StandardError)
        setReadChannel(static_cast<ProcessChannel>(channel));
}

/// Hides QIODevice::readAll(), which does the same and takes two copies for it. Never blocks.
/// **Errors:** empty when the device is not open for reading, with a warning. \since 0.1
QByteArray ChildProcess::readAll()
{
    // What QIODevice has read ahead, and has to do to the bytes, is its own affair.
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

/// A last line without a newline is none, as with QProcess: readLine() gives it when there are no
/// others, and after finished() it is complete.
///
/// Never blocks. **Errors:** none. \since 0.1
bool ChildProcess::canReadLine() const
{
    return QIODevice::canReadLine() || d->readingFrom().bytes().contains('\n');
}

/// Waits until what was written is through, then kills. Blocks until the child has ended, whatever
/// drainTimeout() says. Emits aboutToClose() once, before anything else.
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
        d->stopDraining(); // Nobody reads any more.
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

/// Emits stateChanged() if it is another one. Starts and ends nothing. Never blocks. **Errors:** none.
/// \since 0.1
void ChildProcess::setProcessState(ProcessState state)
{
    d->setState(state);
}

/// Never blocks. **Errors:** -1 when there is no more and will be none. \since 0.1
qint64 ChildProcess::readData(char *data, qint64 maxSize)
{
    const qint64 count = d->take(data, maxSize);
    // -1 is the end of the stream.
    return count == 0 && maxSize > 0 && d->state == NotRunning ? -1 : count;
}

/// Hides QIODevice::write(const QByteArray &), which copies. A large array is shared until the child's
/// pipe has taken it; one made by QByteArray::fromRawData() is copied, since its bytes may go away.
/// Never blocks.
/// **Errors:** those of QIODevice::write(). \since 0.1
qint64 ChildProcess::write(const QByteArray &data)
{
    const QScopedValueRollback passedOn(d->writtenArray, &data);
    return QIODevice::write(data);
}

/// Never blocks: what the pipe does not take waits here. **Errors:** 0. \since 0.1
qint64 ChildProcess::writeData(const char *data, qint64 size)
{
    if (!d->canWrite())
        return 0;
    d->queueForWriting(data, size);
    return size;
}

/// Called by Qt. **Errors:** none. \since 0.1
bool ChildProcess::event(QEvent *event)
{
    if (event->type() == QEvent::ThreadChange)
        d->changeThread();
    return QIODevice::event(event);
}

} // namespace ForkFd
