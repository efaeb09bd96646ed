// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// How a child ends.

#include "qt/childprocess_p.h"
#include "qt/otherthread.h"

#include "core/stop/keeper.h"

#include <QtCore/QPointer>
#include <QtCore/QSignalBlocker>

#include <algorithm>
#include <utility>

namespace ForkFd {

using namespace Internal;

/// NormalExit before the first child has ended. UnknownExit if other code reaped the child and the
/// kernel does not keep the exit status (before Linux 6.15).
ChildProcess::ExitStatus ChildProcess::exitStatus() const
{
    if (!d->isEndTold)
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

/// After NormalExit 0 to 255, and 0 before the first child has ended. After CrashExit the number of the
/// signal, as with QProcess; exitInfo() has separate fields. After UnknownExit -1. After a failed start
/// 255, from stateChanged(NotRunning) or errorOccurred(FailedToStart) on, whichever is emitted first. As
/// in QProcess, the code is already set in a slot of stateChanged(NotRunning); exitCodeChanged() follows
/// that signal.
int ChildProcess::exitCode() const
{
    if (!d->isEndTold)
        return d->isFailureTold ? 255 : 0;
    return d->exitInfo->reason == ExitInfo::Signaled ? d->exitInfo->signal : d->exitInfo->code;
}

/// The reason is Unknown as long as no child has ended. The result is known from
/// stateChanged(NotRunning) on; with a drainTimeout(), already from the child's end on.
ExitInfo ChildProcess::exitInfo() const
{
    return d->isEndTold ? static_cast<const ExitInfo &>(d->exitInfo.get()) : ExitInfo();
}

/// Measured with a steady clock from just before the child is created until its end is noticed.
std::chrono::nanoseconds ChildProcess::elapsedTime() const
{
    return (d->isUnderWay() ? std::chrono::steady_clock::now() : d->endTime) - d->startTime;
}

/// With 0 the output is read once more after the child's end, and later output is lost.
std::chrono::milliseconds ChildProcess::drainTimeout() const
{
    return d->output.drainTimeout;
}

/// After the child's end, finished() waits for the end of the output, which descendants of the child may
/// hold open, or for `timeout` at most. With 0 or a negative time it does not wait, as in QProcess.
/// Takes effect at the next end of a child.
///
/// During that time state() is Running, and processId() is unchanged although the number may name
/// another process. Output is received as before, within readBufferSize(), and signals no longer reach
/// the child. exitInfo(), exitCode() and exitStatus() already report the end, and elapsedTime() stops.
/// The standard input is closed. finished() does not wait for a channel after closeReadChannel(), and
/// close() waits for no channel.
///
/// **Errors:** none; after the timeout finished() is emitted in any case.
void ChildProcess::setDrainTimeout(std::chrono::milliseconds timeout)
{
    const std::chrono::milliseconds used = std::max(timeout, std::chrono::milliseconds(0));
    if (std::exchange(d->output.drainTimeout, used) != used)
        Q_EMIT settingsChanged();
}

/// Blocks for `msecs` at most (negative: no timeout), and emits signals. Reads and writes the channels,
/// so that a child that writes a lot does not block.
///
/// After a call that timed out, the next call also returns true if the event loop has reported the end
/// in between. So `while (!process.waitForFinished(10)) processEvents();` always ends.
///
/// **Errors:** returns false if there is no child, if the start failed (error() is FailedToStart), after
/// a timeout (error() is Timedout; the child keeps running), and if a slot has deleted this object.
bool ChildProcess::waitForFinished(int msecs)
{
    warnInOtherThread(*this, "waitForFinished");
    return d->waitForFinished(Deadline::unlessNegative(std::chrono::milliseconds(msecs)));
}

/// Emits aboutToClose() first. Blocks until the start is over and all data has been written, kills the
/// child, and blocks until it has ended; drainTimeout() is ignored.
void ChildProcess::close()
{
    if (!isOpen() && d->state == NotRunning) // A subclass may have closed only the device.
        return;
    const QPointer<ChildProcess> self = this;
    if (isOpen())
        Q_EMIT aboutToClose();
    while (self && waitForBytesWritten(-1)) { }
    if (self) {
        if (d->state == NotRunning && d->output.isDraining())
            d->callFromEventLoop(); // A subclass has let go of the child, which is not waited for.
        d->output.endDraining(); // The output will not be read.
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
    if (run.isLatest() && run.isHere())
        m_isEndOwed = outcome == TimedOut;
    return isKnown && outcome == RunEnded && !hasFailed;
}

void ChildProcessPrivate::collect()
{
    const bool leadsGroup = watch->leadsGroup();
    const std::optional<ExitInfo> end = leadsGroup ? watch->look() : watch->collect();
    if (!end) {
        retryLater();
        return;
    }
    exitInfo.set(ChildEnd(*end));
    isEndReported = false;
    noteKillAtEnd();
    if (m_tree)
        m_tree->watch.noteChildEnd();
    endTime = std::chrono::steady_clock::now();
    const QString name = Log::isOn() ? nameForLog() : QString();
    const bool wasRecovered = watch->wasRecovered();
    unwatch(Role::Exit);
    watch = nullptr;
    if (!leadsGroup)
        letGoUnlessReached();
    streams.terminal.hold({});
    const bool isDraining = output.beginDraining();
    if (!name.isEmpty()) {
        const Run run(this);
        const ExitInfo info = exitInfo.get();
        Log::ended(name, info, wasRecovered, endTime - startTime);
        if (!run.goesOnHere())
            return; // A message handler has waited for the child: the nested wait did the rest.
    }
    if (!isDraining) {
        finishEnding();
        return;
    }
    closeChannel(Role::StandardInput); // A write must not wait for the child's descendants.
    requestCall();
    isEndTold = true;
    announceResult(Run(this));
}

// A child with no process left to signal keeps neither a descriptor nor a cgroup.
void ChildProcessPrivate::letGoUnlessReached() noexcept
{
    if (child->sendSignal(0) != ESRCH)
        return;
    keepUsage();
    child.reset();
}

bool ChildProcessPrivate::isEndDue() noexcept
{
    return exitInfo && output.isDrained(); // setProcessState() may say Running without a child.
}

// A slot that is called for the last output may wait for the child. The nested wait then does the rest.
void ChildProcessPrivate::finishEnding()
{
    const Run run(this);
    output.endDraining();
    for (const auto channel : ChildOutput::ids) {
        Channel &pipe = output.channel(channel);
        if (!pipe.isOpen())
            continue;
        const bool hasHungUp = pipe.hasHungUp(); // If so, nothing can follow the rest.
        const Channel::Rest rest = pipe.readRest();
        if (!hasHungUp || rest.hasFailed)
            output.noteCut();
        closeChannel(roleOf(channel));
        if (rest.hasMore)
            announceLastData(channel);
        if (rest.hasFailed && run.goesOnHere())
            reportReadError(run);
        if (!run.goesOnHere())
            return;
    }
    if (!announceWhatIsDue(run))
        return;
    closeAll();
    callAfter([&run, this] { announceEnd(run); }, [&run, this] { endTree(run); });
}

// Emits the signals that precede NotRunning. Returns whether the caller may continue.
bool ChildProcessPrivate::announceWhatIsDue(const Run &run)
{
    announceDataDue(run);
    if (run.goesOnHere())
        announceTimeout(run);
    if (run.goesOnHere() && std::exchange(m_isKillUntold, false)) {
        callFromEventLoop(); // A slot may run an event loop.
        setStopStage(ChildProcess::StopStage::Killed);
    }
    if (run.goesOnHere())
        announceStopStage(); // A message handler waits inside of stop().
    return run.goesOnHere();
}

// A slot may start the next child; this child is still reported completely.
void ChildProcessPrivate::announceEnd(const Run &run)
{
    isEndTold = true;
    isEndReported = true;
    const int exitCode = q->exitCode();
    const ChildProcess::ExitStatus exitStatus = q->exitStatus();
    // Even if a slot throws: the number may already name another process.
    callAfter([this] { setState(ChildProcess::NotRunning); },
              [&run, this] {
                  if (run.isLatest())
                      setNumber(0);
              });
    announceResult(run);
    if (run.isObjectAlive() && exitStatus == ChildProcess::CrashExit)
        reportErrorOf(run.number(), ChildProcess::Crashed, translate("Process crashed"));
    else if (run.isObjectAlive() && exitStatus == ChildProcess::UnknownExit)
        reportErrorOf(run.number(), ChildProcess::UnknownError,
                      translateOwn(QT_TRANSLATE_NOOP(
                          "ForkFd::ChildProcess",
                          "Exit status unknown: collected by another part of the process")));
    if (run.isObjectAlive())
        Q_EMIT q->readChannelFinished();
    if (run.isLatest() && collectLeader())
        announceResult(run);
    if (run.isObjectAlive())
        Q_EMIT q->finished(exitCode, exitStatus);
}

// Until the leader is reaped, other processes can join its group. Returns whether exitInfo has changed.
bool ChildProcessPrivate::collectLeader()
{
    if (!child || !child->watch().isWatching())
        return false;
    // When the grace is over, the keeper kills the rest of the group. The leader keeps its number until
    // then.
    if (m_isStopping && child->needsNumber() && !child->hasEnded()) {
        Keeper::adopt(child, Keeper::KeepGrace);
        return false;
    }
    const std::optional<ExitInfo> end = child->watch().collect();
    const bool isBetter = end && end->hasUsage;
    if (isBetter)
        exitInfo.set(ChildEnd(*end));
    letGoUnlessReached();
    return isBetter;
}

} // namespace ForkFd
