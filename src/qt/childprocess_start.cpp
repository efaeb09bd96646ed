// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// How a child starts.

#include "qt/childprocess_p.h"
#include "qt/otherthread.h"

#include "core/base/signals.h"
#include "core/start/programsearch.h"
#include "core/start/start.h"
#include "core/start/startreport.h"

#include <QtCore/QPointer>

#include <cerrno>
#include <chrono>
#include <utility>

namespace ForkFd {

using namespace Internal;

/// Sets program() and arguments(), and emits programChanged() and argumentsChanged() if they are
/// different. Then resets the results of the last child (exitCode(), exitInfo(), startError(),
/// stopStage()) and emits their signals. Then starts the child, with any settings that slots have
/// changed until then. If the start did not fail inside this call, state() is Starting when it returns,
/// and started() or errorOccurred(FailedToStart) follows from the event loop or a waitFor function.
/// finished() follows started(), and never a failed start. `mode` specifies how the device is opened.
/// Without ReadOnly the child's output is discarded. Without WriteOnly the child's standard input stays
/// open, too, until closeWriteChannel() is called.
///
/// Blocks until the child has executed its program; this time does not depend on the size of this
/// process. With a childProcessModifier() and without UseVFork it blocks until the child is about to
/// call the modifier; the outcome of the start, and startError(), are known when started() or
/// errorOccurred() is emitted. While the program is open for writing (ETXTBSY), the exec is tried again
/// for at least 20 ms; this is always in vain if this process itself has the program open. With
/// StartMode::Background it does not block; see setStartMode().
///
/// **Errors:** if a child is already running, this function warns and does nothing. Otherwise
/// errorOccurred(FailedToStart) and startError() report the failure: inside start() for failures in the
/// parent and for the steps `workingDirectory` and `descriptors`; later for all others
/// (docs/start-errors.md). An argument with an embedded NUL is an error; QProcess truncates it.
void ChildProcess::start(const QString &program, const QStringList &arguments, OpenMode mode)
{
    if (d->state != NotRunning) {
        qCWarning(childProcessLog, "QProcess::start: Process is already running");
        return;
    }
    if (program.isEmpty()) {
        d->failWithoutProgram(StartKind::Plain);
        return;
    }
    const QPointer<ChildProcess> self = this;
    const bool isOtherProgram = std::exchange(d->settings.program, program) != program;
    const bool areOtherArguments = std::exchange(d->settings.arguments, arguments) != arguments;
    const auto announce = [&] {
        // Copies: a slot may change the settings or delete this object.
        if (isOtherProgram)
            Q_EMIT programChanged(QString(d->settings.program));
        if (self && areOtherArguments)
            Q_EMIT argumentsChanged(QStringList(d->settings.arguments));
    };
    callAfter(announce, [&] {
        if (self)
            start(mode);
    });
}

/// Starts with the program and arguments that were set before. **Errors:** as for the other overload.
void ChildProcess::start(OpenMode mode)
{
    const QPointer<ChildProcess> self = this;
    const auto forget = [this] {
        if (d->state == NotRunning && !d->settings.program.isEmpty())
            d->forgetLast();
    };
    callAfter(forget, [&] {
        if (self)
            d->start(mode);
    });
}

/// Opens the device in both directions. **Errors:** those of start().
void ChildProcess::startProcess()
{
    start();
}

/// Sets program() and arguments() to the words of `command`. **Errors:** if `command` is empty or
/// consists of spaces, this function warns and does nothing. Otherwise those of start().
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

/// Does the same as start(). **Errors:** returns false if a child is already running, if start()
/// reported a failure before it returned, and if no program is set. In the last case it warns and sets
/// startError() and exitCode(), but emits no errorOccurred().
bool ChildProcess::open(OpenMode mode)
{
    if (d->state == NotRunning && d->settings.program.isEmpty()) {
        qCWarning(childProcessLog, "QProcess::start: program not set");
        d->failWithoutProgram(StartKind::Plain, false);
        return false;
    }
    const QPointer<ChildProcess> self = this;
    const bool wasRunning = d->state != NotRunning;
    start(mode);
    return self && !wasRunning && d->state != NotRunning;
}

/// The child starts a new session, continues when this process ends, and is reaped by init. If this
/// process adopts orphans (as PID 1, or by PR_SET_CHILD_SUBREAPER), the library reaps the child. The
/// standard streams are the parent's, unless they are redirected to files or to another process. A
/// redirection overrides a channel mode that forwards or merges, with a warning. All other settings
/// apply. `*pid` (may be null) is set to the process id, or to -1.
///
/// Blocks until the child has executed its program. **Errors:** returns false, sets startError() and
/// emits errorOccurred(FailedToStart), all inside this call. If a child is running, this function warns
/// and returns false.
bool ChildProcess::startDetached(qint64 *pid)
{
    if (pid)
        *pid = -1;
    if (d->state != NotRunning) {
        qCWarning(childProcessLog, "QProcess::startDetached: Process is already running");
        return false;
    }
    if (d->settings.program.isEmpty()) {
        d->failWithoutProgram(StartKind::Detached);
        return false;
    }
    const qint64 child = d->startDetached();
    if (pid)
        *pid = child;
    return child > 0;
}

/// Does the same as the member function, without an object, and with defaultLaunchOptions() except for
/// `dieWithParent`, `treeDiesWithParent` and `pseudoTerminal`. **Errors:** returns false.
bool ChildProcess::startDetached(const QString &program, const QStringList &arguments,
                                 const QString &workingDirectory, qint64 *pid)
{
    ChildProcess process;
    process.setProgram(program);
    process.setArguments(arguments);
    process.setWorkingDirectory(workingDirectory);
    if (process.d->settings.launchOptions) {
        LaunchOptions options = process.launchOptions();
        options.dieWithParent = false;
        options.treeDiesWithParent = false;
        options.pseudoTerminal.reset();
        process.setLaunchOptions(options);
    }
    return process.startDetached(pid);
}

/// The child writes to the parent's standard output and standard error. Its standard input is a pipe
/// that receives no data. It gets defaultLaunchOptions() except for `pseudoTerminal`: with a terminal of
/// its own, its input would never end, and the user's Ctrl-C would not reach it. Blocks until the child
/// has ended.
///
/// **Errors:** -2 if the child did not start; -1 if a signal killed it or its exit status is unknown.
int ChildProcess::execute(const QString &program, const QStringList &arguments)
{
    ChildProcess process;
    process.setProcessChannelMode(ForwardedChannels);
    if (process.d->settings.launchOptions->pseudoTerminal) {
        LaunchOptions options = process.launchOptions();
        options.pseudoTerminal.reset();
        process.setLaunchOptions(options);
    }
    process.start(program, arguments);
    if (!process.waitForFinished(-1))
        return -2;
    return process.exitStatus() == NormalExit ? process.exitCode() : -1;
}

void ChildProcessPrivate::start(QIODevice::OpenMode mode)
{
    warnInOtherThread(*q, "start");
    if (state != ChildProcess::NotRunning)
        qCWarning(childProcessLog, "QProcess::start: Process is already running");
    else if (settings.program.isEmpty())
        failWithoutProgram(StartKind::Plain);
    else
        startNow(mode);
}

void ChildProcessPrivate::startNow(QIODevice::OpenMode mode)
{
    const bool isLogged = Log::isOn(); // Before there is a child: the first call needs memory.
    beginStart(mode);
    const Run run(this);
    if (!m_pending && isLogged)
        logOutcome(true);
    if (!run.isLatest()) // A message handler has started another child, or deleted the object.
        return;
    if (hasFailedInParent()) {
        failInsideStart();
        return;
    }
    setState(ChildProcess::Starting);
    // A slot may wait for the end of the start, or move the object to a thread that reports it.
    if (run.goesOnHere() && state == ChildProcess::Starting)
        announceNumber();
    if (run.goesOnHere() && state == ChildProcess::Starting
        && hasFailedToStart()) // startError() is known.
        announceResult(run);
}

// Emits nothing, because no slot may run while cancellation is blocked.
void ChildProcessPrivate::beginStart(QIODevice::OpenMode mode)
{
    const CancellationBlocker blocker;
    if (m_hub && !m_hub->belongsToThisProcess()) // This is a forked copy.
        leaveHub();
    reset(mode);
    startTime = endTime = std::chrono::steady_clock::now();
    noteFailure(StartPlan::check(settings.launchOptions.get()));
    ChildEnds ends;
    ends.leavesFilesClosed = settings.startsInBackground();
    if (!hasFailedToStart() && openStreams(mode, ends)) {
        if (settings.startsInBackground())
            startInBackground(std::move(ends));
        else
            startChild(ends);
    }
    ends = {};
    m_hasTerminal = streams.terminal.isOpen();
    if (hasFailedInParent())
        return;
    // The event loop watches the descriptors later. A wait before that needs no registration.
    if (ExitHub::isServedWithoutEventLoop())
        watchAll();
    callFromEventLoop();
}

qint64 ChildProcessPrivate::startDetached()
{
    const bool isLogged = Log::isOn(); // As in startNow().
    const auto begin = std::chrono::steady_clock::now();
    const qint64 orphan = beginDetached();
    if (isLogged && orphan < 0)
        Log::failed(settings.program, failure->error());
    else if (isLogged)
        Log::startedDetached({settings.program, settings.arguments.size(), settings.launchOptions.get(),
                              std::chrono::steady_clock::now() - begin, true},
                             orphan);
    if (orphan < 0)
        failAtOnce(StartKind::Detached, true);
    else
        announceResult(Run(this));
    return orphan;
}

// Emits nothing, like beginStart().
qint64 ChildProcessPrivate::beginDetached()
{
    const CancellationBlocker blocker;
    m_streamFailure = StandardStreams::None;
    failure.reset();
    isFailureTold = false;
    noteFailure(StartPlan::check(settings.launchOptions.get()));
    ChildEnds ends;
    if (!hasFailedToStart()) {
        m_streamFailure = streams.openDetached(ends);
        if (m_streamFailure != StandardStreams::None)
            noteStreamFailure(errno);
    }
    StartResult result;
    if (!hasFailedToStart()) {
        StartRequest request = makeStartRequest(settings, ends);
        result.failure = findProgram(request, searchPathFor(request.command.argv.front()));
        if (!result.failure)
            result = startOrphan(StartPlan(std::move(request)));
        noteFailure(std::move(result.failure));
        settings.modifier.exit = nullptr; // As in startChild().
    }
    streams.redirections.closeUnusedEnds();
    return result.orphan;
}

void ChildProcessPrivate::reset(QIODevice::OpenMode mode)
{
    ++m_runNumber;
    dropTree();
    m_treePhase = None;
    unwatchChild(); // An earlier child may still run: see setProcessState().
    m_pending.reset();
    letGoOfChild();
    timeLimitExceeded = false;
    method = StoppableChild::OneProcess;
    QIODevice::OpenMode closed = streams.closedDirections();
    if (settings.launchOptions->pseudoTerminal) // It is read even if no stream leads there.
        closed.setFlag(QIODevice::ReadOnly, false);
    mode &= ~closed;
    if (q->isTransactionStarted()) // QIODevice would look for its bytes in the new buffer, and crash.
        q->rollbackTransaction();
    // QProcess opens the device in this case, too.
    q->QIODevice::open(mode == QIODevice::NotOpen ? QIODevice::Unbuffered : mode);
    q->setErrorString({});
    error = ChildProcess::UnknownError;
    failure.reset();
    isFailureTold = false;
    m_isErrorTold = false;
    m_streamFailure = StandardStreams::None;
    exitInfo.reset();
    isEndTold = false;
    streams.clear();
    isMerged = streams.channelMode == ChildProcess::MergedChannels;
    m_closesInputWhenWritten = false;
    m_hasTypedEndOfFile = false;
    m_isStartedDue = false;
    m_isEmittingReadyRead = false;
    m_dataDue = {};
    m_isEmittingBytesWritten = false;
    m_isEndOwed = false;
    m_isStopDue = false;
    m_isTimeoutUntold = false;
    m_isKillUntold = false;
    stopStage = ChildProcess::StopStage::None;
    m_killLookDelay = {};
    m_retryDelay = {};
    m_retry = {};
    output.reset();
}

bool ChildProcessPrivate::openStreams(QIODevice::OpenMode mode, ChildEnds &ends)
{
    m_streamFailure = streams.open(mode, settings.launchOptions->pseudoTerminal, ends);
    if (m_streamFailure == StandardStreams::None)
        return true;
    noteStreamFailure(errno);
    return false;
}

void ChildProcessPrivate::startChild(const ChildEnds &ends)
{
    StartRequest request = makeStartRequest(settings, ends);
    StartFailure seen = findProgram(request, searchPathFor(request.command.argv.front()));
    StartReport report;
    if (!seen && !isScopePossible(settings, stopSettings))
        seen = {Step::SignalScope, EINVAL};
    if (!seen) {
        child = std::make_shared<StoppableChild>(scopeOf(stopSettings));
        seen = startStoppable(*child, std::move(request), &report);
        if (seen)
            child.reset();
    }
    noteFailure(seen);
    watch = child ? &child->watch() : nullptr;
    noteMethod();
    if (report.descriptor() >= 0)
        m_pending = PendingStart::ofReport(child, std::move(report));
    settings.modifier.exit = nullptr; // A child in our memory (UseVFork) has set it.
}

// Once for each start, when its outcome is known.
void ChildProcessPrivate::logOutcome(bool hasHeld) const
{
    if (hasFailedToStart())
        Log::failed(settings.program, failure->error());
    else
        Log::started({settings.program, settings.arguments.size(), settings.launchOptions.get(),
                      std::chrono::steady_clock::now() - startTime, hasHeld},
                     *child);
}

void ChildProcessPrivate::startInBackground(ChildEnds ends)
{
    StartFailure seen;
    if (!isScopePossible(settings, stopSettings))
        seen = {Step::SignalScope, EINVAL};
    else
        m_pending =
            PendingStart::inThread(makeThreadedRequest(settings, stopSettings, std::move(ends)), seen);
    noteFailure(std::move(seen));
}

} // namespace ForkFd
