// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The descriptors and deadlines of a child, which the event loop and the waits serve.

#include "qt/childprocess_p.h"
#include "qt/otherthread.h"

#include "core/base/signals.h"
#include "core/base/wait.h"
#include "core/stop/keeper.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QThread>

#include <algorithm>

#include <poll.h>

namespace ForkFd {

using namespace Internal;
using std::chrono::milliseconds;

namespace {

// A wait serves standard input first, so that the child can continue.
constexpr HubClient::Role servingOrder[] = {HubClient::Start,          HubClient::StandardInput,
                                            HubClient::StandardOutput, HubClient::StandardError,
                                            HubClient::Exit,           HubClient::Tree};

constexpr std::size_t indexOf(HubClient::Role role)
{
    return static_cast<std::size_t>(role);
}

} // namespace

void ChildProcessPrivate::changeThread()
{
    leaveHub();
    m_isEmittingReadyRead = false;
    m_isEmittingBytesWritten = false;
    output.limitPauses = 0; // The waits of this thread end without the object.
    if (isServed() || m_tree)
        postCall(); // The event moves with the object.
}

void ChildProcessPrivate::leaveHub() noexcept
{
    for (const Role role : servingOrder)
        unwatch(role);
    if (m_hub)
        m_hub->cancelCall(this);
    m_hub.reset();
}

void ChildProcessPrivate::callFromEventLoop()
{
    const bool isHere = q->thread() == QThread::currentThread();
    if (isHere && !m_hub
        && (QAbstractEventDispatcher::instance() || ExitHub::isServedWithoutEventLoop()))
        m_hub = ExitHub::forCurrentThread();
    if (!isHere || !m_hub || !m_hub->callSoon(this))
        postCall();
}

// For a thread that has no event dispatcher yet. Posts one event at a time, so that events do not pile
// up in a thread that never runs an event loop.
void ChildProcessPrivate::postCall()
{
    if (!m_posted.expired())
        return;
    const auto token = std::make_shared<char>();
    m_posted = token;
    const auto arrive = [this, token] {
        m_posted.reset();
        if (!m_hub)
            m_hub = ExitHub::forCurrentThread();
        m_hub->attachToEventLoop();
        if (!m_hub->callSoon(this)) // The hub has no descriptor for its wake-up.
            called();
    };
    QMetaObject::invokeMethod(q, arrive, Qt::QueuedConnection);
}

// Runs in the event loop of the object's thread, and does everything that is due.
void ChildProcessPrivate::called()
{
    shrinkIdlePipes();
    if (isServed() || m_tree)
        watchAll();
    requestCall(); // First: a slot may throw.
    const Run run(this);
    if (run.goesOnHere())
        finishStarting();
    announceDataDue(run);
    if (run.goesOnHere())
        serveStop();
    if (run.goesOnHere() && isEndDue()) // Drained, or a slot for the last output runs an event loop.
        finishEnding();
    if (run.isLatest())
        serveTree();
}

// Requests a call for the next deadline.
void ChildProcessPrivate::requestCall()
{
    if (!m_hub)
        return;
    Deadline next = std::min(nextDeadline(), m_pipeLook);
    // If the keeper has no thread, the event loop does its work.
    if (const int help = m_isStopping ? Keeper::retryBefore(-1) : -1; help >= 0)
        next = std::min(next, Deadline(milliseconds(help)));
    m_hub->callAt(this, next);
}

Deadline ChildProcessPrivate::nextDeadline() const
{
    Deadline next = std::min(timeLimitDeadline(), output.drainEnd());
    if (m_pending)
        next = std::min(next, m_pending->deadline());
    if (m_tree)
        next = std::min(next, m_tree->watch.nextLook());
    if (m_isStopDue && isUnderWay())
        next = Deadline();
    if (stopStage == ChildProcess::StopStage::Asked && isUnderWay())
        next = std::min(next, m_killLook);
    return watch && !m_retry.hasExpired() ? std::min(next, m_retry) : next;
}

void ChildProcessPrivate::descriptorReady(Role role)
{
    if (role == Role::Tree) {
        serveTree();
        return;
    }
    const Run run(this);
    finishStarting();
    // The hub reports ends first. Read this child's output before its end.
    if (role == Role::Exit) {
        for (const Role first : {Role::StandardOutput, Role::StandardError}) {
            if (run.goesOnHere() && !m_pending && isServable(role) && isServable(first)
                && !channelOf(first)->isHeldBack())
                serve(first);
        }
    }
    if (!run.goesOnHere() || (m_pending && role != Role::StandardInput))
        return;
    if (isServable(role))
        serve(role);
    else if (role == Role::StandardInput)
        watchDescriptor(role); // A wait has written everything.
}

void ChildProcessPrivate::serve(Role role)
{
    if (role == Role::Exit)
        collect();
    else if (role == Role::Tree)
        serveTree();
    else if (role == Role::StandardInput)
        send();
    else
        receive(role);
}

void ChildProcessPrivate::watchAll()
{
    if (!m_hub)
        m_hub = ExitHub::forCurrentThread();
    for (const Role role : servingOrder)
        watchDescriptor(role);
}

// While a call is due, descriptors that are not watched yet are left to called(). A thread that waits
// for its child and runs no event loop never makes this call, and so does not pay for the watches.
void ChildProcessPrivate::watchDescriptor(Role role)
{
    ExitHub::Id *const id = registrationOf(role);
    if (id && *id != 0)
        m_hub->setInterest(*id, interestIn(role));
    else if (id && m_hub && !isCallDue() && isServable(role))
        *id = m_hub->add(descriptorOf(role), interestIn(role), this, role);
}

ExitHub::Id *ChildProcessPrivate::registrationOf(Role role) noexcept
{
    if (role == Role::Tree)
        return m_tree ? &m_tree->registration : nullptr;
    return &m_registrations[indexOf(role)];
}

PollSet::Interest ChildProcessPrivate::interestIn(Role role) noexcept
{
    if (role == Role::StandardInput)
        return streams.input.bytes().isEmpty() ? PollSet::Nothing : PollSet::Writable;
    if (role == Role::Tree)
        return m_tree->watch.interest();
    const Channel *channel = channelOf(role);
    return channel && channel->isHeldBack() ? PollSet::HungUp : PollSet::Readable;
}

void ChildProcessPrivate::unwatch(Role role) noexcept
{
    if (ExitHub::Id *const id = m_hub ? registrationOf(role) : nullptr)
        m_hub->remove(*id);
}

Channel *ChildProcessPrivate::channelOf(Role role) noexcept
{
    switch (role) {
    case Role::StandardInput:
        return &streams.input;
    case Role::StandardOutput:
        return &streams.output;
    case Role::StandardError:
        return &streams.errorOutput;
    case Role::Exit:
    case Role::Start:
    case Role::Tree:
    case Role::Wake:
        break;
    }
    return nullptr;
}

int ChildProcessPrivate::descriptorOf(Role role) noexcept
{
    if (const Channel *channel = channelOf(role))
        return channel->descriptor();
    if (role == Role::Start)
        return m_pending ? m_pending->descriptor() : -1;
    if (role == Role::Tree)
        return m_tree ? m_tree->watch.descriptor() : -1;
    return watch ? watch->descriptor() : -1;
}

// Whether an event of this descriptor can be handled now.
bool ChildProcessPrivate::isServable(Role role) noexcept
{
    if (descriptorOf(role) < 0)
        return false;
    if (role == Role::Exit)
        return m_retry.hasExpired();
    if (role == Role::Tree)
        return true;
    // The child's end may decide the start, and a modifier may read; everything else follows started().
    if (m_pending && (role != Role::StandardInput || !watch))
        return role == Role::Start;
    return role != Role::StandardInput || !streams.input.bytes().isEmpty();
}

bool ChildProcessPrivate::hasEnded() noexcept
{
    const CancellationBlocker blocker;
    return isServable(Role::Exit) && watch->hasEnded();
}

void ChildProcessPrivate::closeChannel(Role role)
{
    unwatch(role);
    if (Channel *channel = channelOf(role))
        channel->close();
}

// The end of the tree comes later.
void ChildProcessPrivate::unwatchChild() noexcept
{
    for (const Role role : servingOrder) {
        if (role != Role::Tree)
            unwatch(role);
    }
}

void ChildProcessPrivate::closeAll()
{
    unwatchChild();
    streams.close();
    m_pipeLook = Deadline::forever();
    requestCall();
}

// The child seems to have ended, but cannot be collected yet (ExitWatch::collect). Its descriptor stays
// readable, and would make the event loop spin.
void ChildProcessPrivate::retryLater()
{
    unwatch(Role::Exit);
    m_retry = Deadline(m_retryDelay.next());
    requestCall();
}

// How long a wait until `deadline` may poll. A keeper without a thread may need an earlier return.
int ChildProcessPrivate::timeToNextDeadline(Deadline deadline) const
{
    return Keeper::retryBefore(std::min(deadline, nextDeadline()).pollTimeout());
}

/// Blocks for `msecs` at most (negative: no timeout), and emits signals.
///
/// **Errors:** returns false if there is no child, if the child has ended without more data, after a
/// timeout (error() is Timedout), and if a slot has deleted this object.
bool ChildProcess::waitForReadyRead(int msecs)
{
    warnInOtherThread(*this, "waitForReadyRead");
    if (d->state == NotRunning || d->output.current().isDiscarding())
        return false;
    ChildProcessPrivate *const p = d.get();
    const auto hasNewData = [p, before = p->readCount] { return p->readCount != before; };
    const auto outcome = p->serveUntil(hasNewData, Deadline::unlessNegative(milliseconds(msecs)));
    return outcome == ChildProcessPrivate::Done
        || (outcome == ChildProcessPrivate::RunEnded && hasNewData());
}

/// Blocks for `msecs` at most (negative: no timeout), and emits signals.
///
/// **Errors:** returns false if there is no data to write, if the child has ended or closed its standard
/// input, after a timeout (error() is Timedout), and if a slot has deleted this object.
bool ChildProcess::waitForBytesWritten(int msecs)
{
    warnInOtherThread(*this, "waitForBytesWritten");
    const auto deadline = Deadline::unlessNegative(milliseconds(msecs));
    if (d->state == Starting && !d->waitForStarted(deadline))
        return false;
    if (d->state == NotRunning || !d->isWriting())
        return false;
    ChildProcessPrivate *const p = d.get();
    const auto hasWritten = [p, before = p->writeCount] { return p->writeCount != before; };
    const auto isDone = [p, hasWritten] { return hasWritten() || !p->streams.input.isOpen(); };
    const auto outcome = p->serveUntil(isDone, deadline);
    const bool isCounted =
        outcome == ChildProcessPrivate::Done || outcome == ChildProcessPrivate::RunEnded;
    return isCounted && hasWritten();
}

short ChildProcessPrivate::eventsOf(Role role) noexcept
{
    if (role == Role::Tree && m_tree && m_tree->watch.interest() == PollSet::Priority)
        return POLLPRI;
    return role == Role::StandardInput ? POLLOUT : POLLIN;
}

// Waits until a descriptor of this child is ready, and serves ready descriptors until `isDone`.
void ChildProcessPrivate::serveReady(const std::function<bool()> &isDone, Deadline deadline)
{
    const Run run(this);
    std::array<pollfd, std::size(servingOrder)> entries;
    for (const Role role : servingOrder) {
        // poll(2) ignores negative descriptors.
        entries[indexOf(role)] = {isServable(role) ? descriptorOf(role) : -1, eventsOf(role), 0};
    }
    const int count = pollDescriptors(entries.data(), entries.size(), timeToNextDeadline(deadline));
    bool hasOutput = false;
    for (const Role role : servingOrder) {
        if (count <= 0 || entries[indexOf(role)].revents == 0 || !run.goesOnHere() || !isServable(role))
            continue;
        // As in QProcess, a wait that is done after standard output also reads standard error.
        if (isDone() && !(hasOutput && role == Role::StandardError))
            continue;
        hasOutput = role == Role::StandardOutput;
        serve(role);
    }
}

ChildProcessPrivate::WaitOutcome ChildProcessPrivate::timeOut()
{
    error = ChildProcess::Timedout;
    q->setErrorString(translate("Process operation timed out"));
    return TimedOut;
}

// The outcome of a wait that has not timed out.
ChildProcessPrivate::WaitOutcome ChildProcessPrivate::outcomeOf(const Run &run)
{
    if (!run.isObjectAlive() || (run.goesOn() && !run.goesOnHere()))
        return ObjectGone;
    return run.goesOn() ? Done : RunEnded;
}

ChildProcessPrivate::WaitOutcome ChildProcessPrivate::serveUntil(const std::function<bool()> &isDone,
                                                                 Deadline deadline)
{
    const Run run(this);
    const LimitPause pause(run, this);
    if (m_pending || state == ChildProcess::NotRunning) {
        if (const WaitOutcome outcome = awaitOutcome(deadline); outcome != Done)
            return outcome;
    }
    finishStarting();
    // Saves a poll(2): usually the pipe has room.
    if (run.goesOnHere() && !isDone() && isServable(Role::StandardInput))
        serve(Role::StandardInput);
    while (run.goesOnHere() && !isDone()) {
        if (isEndDue()) { // Drained, or a slot that is called for the last output waits.
            finishEnding();
            break;
        }
        // Look once more after the deadline: if this thread slept for too long, the events were in time.
        // Look only once: a child that writes without end must not prevent the timeout.
        const bool isLastLook = deadline.hasExpired();
        serveReady(isDone, deadline);
        if (run.goesOnHere())
            serveStop();
        if (run.goesOnHere() && m_tree && m_tree->watch.nextLook().hasExpired())
            serveTree();
        if (isLastLook && run.goesOnHere() && !isDone())
            return timeOut();
    }
    return outcomeOf(run);
}

} // namespace ForkFd
