// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A start whose outcome is not known yet, and the report of the outcome.

#include "qt/childprocess_p.h"
#include "qt/otherthread.h"

#include "core/base/wait.h"

#include <chrono>
#include <utility>

#include <poll.h>

namespace ForkFd {

using namespace Internal;

/// Blocks only while a childProcessModifier() runs or a background start is in progress, for `msecs` at
/// most (negative: no timeout). Emits the signals that are due.
///
/// **Errors:** returns false if there is no child, if the start failed (see error() and startError()),
/// and after a timeout (error() is Timedout).
bool ChildProcess::waitForStarted(int msecs)
{
    warnInOtherThread(*this, "waitForStarted");
    if (d->state == Starting)
        return d->waitForStarted(Deadline::unlessNegative(std::chrono::milliseconds(msecs)));
    return d->state == Running;
}

void ChildProcessPrivate::adopt(ChildProcess &object, PreparedStart &&start)
{
    object.d->adopt(std::move(start));
}

void ChildProcessPrivate::adopt(PreparedStart &&start)
{
    reset(QIODevice::ReadWrite);
    startTime = endTime = start.startTime;
    streams.takeOver(start.streams);
    m_hasTerminal = streams.terminal.isOpen();
    m_streamFailure = start.streamFailure;
    noteFailure(start.failure);
    m_pending = std::move(start.pending);
    if (hasFailedToStart()) {
        if (Log::isOn())
            logOutcome(false);
        failInsideStart();
        return;
    }
    watchAll();
    requestCall();
    const Run run(this);
    setState(ChildProcess::Starting);
    if (run.goesOnHere())
        finishStarting(); // The outcome may already be known.
}

// Returns whether the outcome is known. Emits nothing.
bool ChildProcessPrivate::settleStart()
{
    if (!m_pending)
        return true;
    if (!m_pending->look())
        return false;
    unwatch(Role::Start);
    if (m_pending->failure())
        unwatch(Role::Exit);
    noteFailure(m_pending->failure());
    if (const int stream = m_pending->failure().redirectedStream; stream >= 0)
        m_streamFailure =
            stream == Redirections::Input ? StandardStreams::InputFile : StandardStreams::OutputFile;
    child = m_pending->child();
    watch = child ? &child->watch() : nullptr;
    m_pending.reset();
    noteMethod();
    if (Log::isOn())
        logOutcome(false);
    if (m_hub && watch)
        watchAll(); // The output waited in the pipes, because started() comes first.
    return true;
}

ChildProcessPrivate::WaitOutcome ChildProcessPrivate::awaitOutcome(Deadline deadline)
{
    const Run run(this);
    while (run.goesOnHere() && !settleStart()) {
        if (deadline.hasExpired())
            return timeOut();
        const int input = isServable(Role::StandardInput) ? descriptorOf(Role::StandardInput) : -1;
        pollfd entries[] = {{m_pending->descriptor(), POLLIN, 0},
                            {descriptorOf(Role::Exit), POLLIN, 0},
                            {input, POLLOUT, 0}};
        pollDescriptors(entries, std::size(entries), timeToNextDeadline(deadline));
        if (settleStart())
            break;
        if (entries[2].revents != 0)
            send(); // For a modifier that reads.
        if (run.goesOnHere())
            serveStop();
    }
    return outcomeOf(run);
}

void ChildProcessPrivate::finishStarting()
{
    if (state == ChildProcess::Starting && !settleStart())
        requestCall(); // The outcome may become known without an event.
    else if (state == ChildProcess::Starting && hasFailedToStart())
        finishFailedStart();
    else if (state == ChildProcess::Starting)
        announceStart();
    else if (m_isStartedDue) // A slot of stateChanged(Running) waits or runs an event loop.
        emitStarted();
}

void ChildProcessPrivate::announceStart()
{
    const Run run(this);
    beginTree();
    callAfter([this] { announceNumber(); },
              [&run, this] {
                  if (run.goesOnHere() && state == ChildProcess::Starting)
                      becomeRunning();
              });
}

void ChildProcessPrivate::becomeRunning()
{
    const Run run(this);
    m_isStartedDue = true;
    callAfter([this] { setState(ChildProcess::Running); },
              [&run, this] {
                  if (run.goesOnHere() && m_isStartedDue)
                      emitStarted();
              });
}

void ChildProcessPrivate::emitStarted()
{
    m_isStartedDue = false;
    Q_EMIT q->started(ChildProcess::QPrivateSignal());
}

void ChildProcessPrivate::finishFailedStart()
{
    const Run run(this);
    closeAll();
    noteFailureTold();
    const QString text = m_isErrorTold ? QString() : textOfFailedStart();
    const auto announce = [&run, &text, this] {
        setState(ChildProcess::NotRunning);
        if (run.isLatest())
            setNumber(0);
        announceResult(run);
        if (run.isObjectAlive() && !text.isEmpty())
            reportErrorOf(run.number(), ChildProcess::FailedToStart, text);
    };
    callAfter(announce, [&run, this] { emitEnded(run); });
}

QString ChildProcessPrivate::textOfFailedStart() const
{
    return startErrorText(failure.get(), m_streamFailure, StartKind::Plain);
}

bool ChildProcessPrivate::waitForStarted(Deadline deadline)
{
    const Run run(this);
    if (awaitOutcome(deadline) != Done)
        return false;
    const bool hasFailed = hasFailedToStart();
    finishStarting();
    return run.isObjectAlive() && !hasFailed;
}

} // namespace ForkFd
