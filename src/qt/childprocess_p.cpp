// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// How a child starts and how it ends.

#include "qt/childprocess_p.h"

#include "qt/starterrortext.h"
#include "qt/startrequest.h"

#include "core/base/signals.h"
#include "core/start/programsearch.h"
#include "core/start/scopedstart.h"
#include "core/start/start.h"
#include "core/start/startreport.h"

#include <QtCore/QFile>
#include <QtCore/QScopeGuard>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace ForkFd {

using namespace Internal;

namespace {

constexpr ChildProcess::ProcessChannel outputs[] = {ChildProcess::StandardOutput,
                                                    ChildProcess::StandardError};

// As QProcess does: failures of the parent are reported inside start(), failures of the child later.
// QProcess changes the directory in the parent.
bool isToldInsideStart(const StartFailure &failure)
{
    const std::string_view step = failure.error.step ? failure.error.step : "";
    return !failure.isInChild || step == "workingDirectory" || step == "descriptors";
}

} // namespace

void ChildProcessPrivate::start(QIODevice::OpenMode mode)
{
    beginStart(mode);
    if (hasFailedInParent()) {
        failInsideStart();
        return;
    }
    const Run run(this);
    setState(ChildProcess::Starting);
    if (run.isLatest())
        announceExitCode();
}

// Emits nothing, because no slot may run while cancellation is blocked.
void ChildProcessPrivate::beginStart(QIODevice::OpenMode mode)
{
    const CancellationBlocker blocker;
    if (m_hub && !m_hub->belongsToThisProcess()) // This is a forked copy.
        leaveHub();
    reset(mode);
    startTime = endTime = std::chrono::steady_clock::now();
    noteFailure({StartPlan::check(settings.launchOptions.get())});
    ChildEnds ends;
    if (!hasFailedToStart() && openStreams(mode, ends))
        startChild(ends);
    ends.owned.clear();
    pid = watch ? watch->pid() : 0;
    if (hasFailedInParent())
        return;
    // The event loop watches the descriptors later. A wait before that needs no registration.
    if (ExitHub::isServedWithoutEventLoop())
        watchAll();
    callFromEventLoop();
}

qint64 ChildProcessPrivate::startDetached()
{
    const qint64 orphan = beginDetached();
    if (orphan < 0)
        failAtOnce(StartKind::Detached, true);
    else
        announceExitCode();
    return orphan;
}

// Emits nothing, like beginStart().
qint64 ChildProcessPrivate::beginDetached()
{
    const CancellationBlocker blocker;
    m_streamFailure = StandardStreams::None;
    failure.reset();
    isFailureTold = false;
    noteFailure({StartPlan::check(settings.launchOptions.get())});
    ChildEnds ends;
    if (!hasFailedToStart()) {
        m_streamFailure = streams.openDetached(ends);
        if (m_streamFailure != StandardStreams::None)
            noteStreamFailure(errno);
    }
    if (hasFailedToStart())
        return -1;
    StartRequest request = makeStartRequest(settings, ends);
    StartFailure seen = findProgram(request, absoluteSearchPath());
    const qint64 orphan = seen.error.step ? -1 : startOrphan(StartPlan(std::move(request)), seen);
    noteFailure(seen);
    settings.modifier.exit = nullptr; // As in startChild().
    return orphan;
}

void ChildProcessPrivate::failWithoutProgram(bool emitsError)
{
    m_streamFailure = StandardStreams::None;
    failure.set(StartError{"program", EINVAL});
    failAtOnce(StartKind::Plain, emitsError);
}

// For a failed start that does not change the state.
void ChildProcessPrivate::failAtOnce(StartKind kind, bool emitsError)
{
    const Run run(this);
    const QString text = startErrorText(failure.get(), m_streamFailure, kind);
    noteFailureTold();
    announceExitCode();
    if (emitsError && run.isObjectAlive())
        reportErrorOf(run.number(), ChildProcess::FailedToStart, text);
}

// From now on exitCode() and exitStatus() belong to the failed start, not to an earlier child.
void ChildProcessPrivate::noteFailureTold() noexcept
{
    isFailureTold = true;
    exitInfo.reset();
}

void ChildProcessPrivate::reset(QIODevice::OpenMode mode)
{
    ++m_runNumber;
    m_pending.reset();
    letGoOfChild();
    timeLimitExceeded = false;
    QIODevice::OpenMode closed = streams.closedDirections();
    if (settings.launchOptions->pseudoTerminal) // It is read even if no stream leads there.
        closed.setFlag(QIODevice::ReadOnly, false);
    mode &= ~closed;
    // QProcess opens the device in this case, too.
    q->QIODevice::open(mode == QIODevice::NotOpen ? QIODevice::Unbuffered : mode);
    q->setErrorString({});
    error = ChildProcess::UnknownError;
    failure.reset();
    isFailureTold = false;
    m_streamFailure = StandardStreams::None;
    exitInfo.reset();
    streams.clear();
    m_closesInputWhenWritten = false;
    m_hasTypedEndOfFile = false;
    m_isStartedDue = false;
    m_arePipesWatched = false;
    m_isEmittingReadyRead = false;
    m_isEmittingBytesWritten = false;
    m_isEndOwed = false;
    m_retryDelay = {};
    m_retry = {};
    m_drain.reset();
    m_drains = true;
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
    StartFailure seen = findProgram(request, absoluteSearchPath());
    StartReport report;
    if (!seen.error.step && !isScopePossible(settings, stopSettings))
        seen.error = {"signalScope", EINVAL};
    if (!seen.error.step) {
        child = std::make_shared<StoppableChild>(scopeOf(stopSettings));
        if (!startStoppable(*child, std::move(request), seen, &report))
            child.reset();
    }
    noteFailure(seen);
    watch = child ? &child->watch() : nullptr;
    if (report.descriptor() >= 0)
        m_pending = PendingStart::ofReport(child, std::move(report));
    settings.modifier.exit = nullptr; // A child in our memory (UseVFork) has set it.
}

void ChildProcessPrivate::noteFailure(StartFailure seen)
{
    if (!seen.error.step)
        return;
    if (seen.error.subject.empty())
        seen.error.subject = QFile::encodeName(settings.program).toStdString();
    failure.set(std::move(seen));
}

void ChildProcessPrivate::noteStreamFailure(int errorCode)
{
    const bool isTerminal = m_streamFailure == StandardStreams::Terminal;
    const bool isPipe = m_streamFailure == StandardStreams::Pipe;
    const QString file = isTerminal || isPipe ? QString() : streams.failedFile();
    noteFailure(StartError{isTerminal ? "pseudoTerminal" : "channels", errorCode,
                           QFile::encodeName(file).toStdString()});
}

bool ChildProcessPrivate::hasFailedInParent() const noexcept
{
    return m_streamFailure != StandardStreams::None
        || (hasFailedToStart() && isToldInsideStart(failure.get()));
}

// As in QProcess, the error precedes NotRunning if the start fails before the fork; else it follows.
void ChildProcessPrivate::failInsideStart()
{
    closeAll();
    const Run run(this);
    const QString text = startErrorText(failure.get(), m_streamFailure, StartKind::Plain);
    const bool isTooEarly = m_streamFailure != StandardStreams::None
        || failure->error.step == std::string_view("workingDirectory");
    noteFailureTold();
    // Even if a slot throws: nothing else would end this start.
    const auto settle = qScopeGuard([&run, this] {
        if (run.isLatest())
            state = ChildProcess::NotRunning;
    });
    setState(ChildProcess::Starting);
    if (run.isLatest())
        announceExitCode();
    if (isTooEarly && run.isLatest())
        reportErrorOf(run.number(), ChildProcess::FailedToStart, text);
    if (run.isLatest())
        setState(ChildProcess::NotRunning);
    if (!isTooEarly && run.isObjectAlive())
        reportErrorOf(run.number(), ChildProcess::FailedToStart, text);
}

void ChildProcessPrivate::announceExitCode()
{
    const int exitCode = q->exitCode();
    if (std::exchange(m_announcedExitCode, exitCode) != exitCode)
        Q_EMIT q->exitCodeChanged(exitCode);
}

bool ChildProcessPrivate::waitForFinished(Deadline deadline)
{
    const Run run(this);
    if (state == ChildProcess::NotRunning)
        return std::exchange(m_isEndOwed, false) && !hasFailedToStart();
    WaitOutcome outcome = awaitOutcome(deadline);
    const bool isKnown = outcome == Done;
    const bool hasFailed = isKnown && hasFailedToStart();
    if (isKnown)
        outcome = serveUntil([] { return false; }, deadline);
    if (run.isLatest())
        m_isEndOwed = outcome == TimedOut;
    return isKnown && outcome == RunEnded && !hasFailed;
}

void ChildProcessPrivate::setState(ChildProcess::ProcessState newState)
{
    if (state == newState)
        return;
    state = newState;
    Q_EMIT q->stateChanged(newState, ChildProcess::QPrivateSignal());
}

void ChildProcessPrivate::reportError(ChildProcess::ProcessError newError, const QString &text)
{
    reportErrorOf(m_runNumber, newError, text);
}

// If a slot has started the next child, the error is emitted, but not stored.
void ChildProcessPrivate::reportErrorOf(quint64 run, ChildProcess::ProcessError newError,
                                        const QString &text)
{
    if (run == m_runNumber) {
        error = newError;
        q->setErrorString(text);
    }
    Q_EMIT q->errorOccurred(newError);
}

void ChildProcessPrivate::collect()
{
    const bool leadsGroup = watch->leadsGroup();
    const std::optional<ExitInfo> end = leadsGroup ? watch->peek() : watch->collect();
    if (!end) {
        retryLater();
        return;
    }
    exitInfo.set(*end);
    endTime = std::chrono::steady_clock::now();
    unwatch(Role::Exit);
    watch = nullptr;
    if (!leadsGroup)
        letGoUnlessReached();
    stopTimeLimit();
    streams.terminal.hold({});
    if (!drainOutput())
        finishEnding();
}

// A child with no process left to signal keeps neither a descriptor nor a cgroup.
void ChildProcessPrivate::letGoUnlessReached() noexcept
{
    if (child->sendSignal(0) == ESRCH)
        child.reset();
}

// Until the leader is reaped, other processes can join its group.
void ChildProcessPrivate::collectLeader()
{
    if (!child || !child->watch().isWatching())
        return;
    const std::optional<ExitInfo> end = child->watch().collect();
    if (end && end->hasUsage)
        exitInfo.set(*end);
    letGoUnlessReached();
}

// A slot that is called for the last output may wait for the child. The nested wait then does the rest.
void ChildProcessPrivate::finishEnding()
{
    const Run run(this);
    m_drain.reset();
    for (const auto channel : outputs) {
        Channel &pipe = channelOf(channel);
        if (!pipe.isOpen())
            continue;
        const Channel::Rest rest = pipe.readRest();
        closeChannel(roleOf(channel));
        if (rest.hasMore)
            announceLastData(channel);
        if (rest.hasFailed && run.goesOn())
            reportReadError(run);
        if (!run.goesOnHere())
            return;
    }
    closeAll();

    // From here on a slot may start the next child; this child is still reported completely.
    const int exitCode = q->exitCode();
    const ChildProcess::ExitStatus exitStatus = q->exitStatus();
    {
        // Even if a slot throws: the number may already name another process.
        const auto forgetNumber = qScopeGuard([&run, this] {
            if (run.isLatest())
                pid = 0;
        });
        setState(ChildProcess::NotRunning);
    }
    if (run.isLatest())
        announceExitCode();
    if (run.isObjectAlive() && exitStatus == ChildProcess::CrashExit)
        reportErrorOf(run.number(), ChildProcess::Crashed, translate("Process crashed"));
    else if (run.isObjectAlive() && exitStatus == ChildProcess::UnknownExit)
        reportErrorOf(run.number(), ChildProcess::UnknownError,
                      translateOwn(QT_TRANSLATE_NOOP(
                          "ForkFd::ChildProcess",
                          "Exit status unknown: collected by another part of the process")));
    if (run.isObjectAlive())
        Q_EMIT q->readChannelFinished();
    if (run.isLatest())
        collectLeader();
    if (run.isObjectAlive())
        Q_EMIT q->finished(exitCode, exitStatus);
}

} // namespace ForkFd
