// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// How a child is made to end, and how far that reaches: signals, the time limit, the object's own end.

#include "qt/childprocess_p.h"

#include "qt/logging.h"
#include "qt/starterrortext.h"

#include "core/base/signals.h"
#include "core/stop/stopper.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QDebug>
#include <QtCore/QDir>
#include <QtCore/QScopeGuard>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <limits>
#include <new>

namespace ForkFd {

using namespace Internal;
using std::chrono::milliseconds;

namespace {

// Nobody outlives it, and no clock overflows.
constexpr milliseconds longest = std::chrono::hours(24 * 365 * 100);

} // namespace

ChildProcessPrivate::~ChildProcessPrivate()
{
    const CancellationBlocker blocker;
    closeAll();
    leaveHub();
    stopTimeLimit();
    using Policy = ChildProcess::DestructionPolicy;
    const Policy policy = stopSettings.atDestruction.value_or(Policy::Kill);
    if (m_pending && !child && policy != Policy::LeaveRunning)
        killStart(); // A program that has not begun needs no grace.
    if (watch && policy == Policy::Kill)
        killAtDestruction();
    else if (watch && policy == Policy::Stop && !m_isStopping)
        stop();
    letGoOfChild();
}

// As QProcess says it, unless that is what the program asked for.
void ChildProcessPrivate::killAtDestruction()
{
    if (!stopSettings.atDestruction && !child->hasLeaderEnded())
        qCWarning(childProcessLog).nospace()
            << "QProcess: Destroyed while process (" << QDir::toNativeSeparators(settings.program)
            << ") is still running.";
    if (!child->signalsAtOnce() || isShortage(child->tryKill()))
        Stopper::kill(child); // Takes its time, and tries again.
}

// The reaper collects it. What was asked to end gets no longer grace than it was given.
void ChildProcessPrivate::letGoOfChild() noexcept
{
    const bool isOver = child && !watch && child->sendSignal(0) == ESRCH;
    if (child && m_isStopping && !isOver)
        Stopper::adopt(child);
    child.reset();
    watch = nullptr;
    m_isStopping = false;
}

int ChildProcessPrivate::sendSignal(int signal) noexcept
{
    if (child)
        return child->sendSignal(signal);
    if (!m_pending || signal != SIGKILL)
        return ESRCH; // A child that is not known yet can be killed, and nothing else.
    return killStart();
}

int ChildProcessPrivate::killStart() noexcept
{
    return m_pending->cancel() ? 0 : m_pending->child()->sendSignal(SIGKILL);
}

void ChildProcessPrivate::stop() noexcept
{
    if (!child && (!m_pending || m_pending->cancel()))
        return;
    m_isStopping = true;
    Stopper::stop(child ? child : m_pending->child(), std::min(stopSettings.grace, longest));
    helpStopper();
}

// Where the stopper could not have a thread the event loop does its work.
void ChildProcessPrivate::helpStopper() noexcept
try {
    const int next = m_isStopping && m_hub ? Stopper::retryBefore(-1) : -1;
    const auto help = [this, run = m_runNumber] {
        if (run == m_runNumber)
            helpStopper();
    };
    if (next >= 0)
        m_hub->callLater(milliseconds(next), q, help);
} catch (const std::bad_alloc &) { // As without an event loop: the next call to the library does it.
}

QDeadlineTimer ChildProcessPrivate::timeLimitDeadline() const
{
    if ((!watch && !m_pending) || timeLimitExceeded || stopSettings.timeLimit == milliseconds::zero())
        return QDeadlineTimer(QDeadlineTimer::Forever);
    return QDeadlineTimer(startTime + std::min(stopSettings.timeLimit, longest));
}

void ChildProcessPrivate::startTimeLimit()
{
    stopTimeLimit();
    const QDeadlineTimer deadline = timeLimitDeadline();
    QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance(q->thread());
    if (deadline.isForever() || !dispatcher)
        return;
    m_timeLimitTimer = new QTimer(dispatcher);
    m_timeLimitTimer->setSingleShot(true);
    m_timeLimitTimer->setTimerType(Qt::PreciseTimer);
    QObject::connect(m_timeLimitTimer.data(), &QTimer::timeout, q, [this] { timeLimitTimedOut(); });
    const qint64 rest = std::min<qint64>(deadline.remainingTime(), std::numeric_limits<int>::max());
    m_timeLimitTimer->start(static_cast<int>(rest));
}

void ChildProcessPrivate::stopTimeLimit() noexcept
{
    delete m_timeLimitTimer.data();
}

void ChildProcessPrivate::timeLimitTimedOut()
{
    const Run run(this);
    finishStarting();
    if (!run.goesOnHere())
        return;
    if (timeLimitDeadline().hasExpired())
        enforceTimeLimit();
    else
        startTimeLimit(); // One that was too long for the timer.
}

void ChildProcessPrivate::enforceTimeLimit()
{
    if (!timeLimitDeadline().hasExpired())
        return;
    const Run run(this);
    if (hasEnded()) // In time: this thread has not come to it yet.
        collect();
    if (!run.goesOnHere() || !timeLimitDeadline().hasExpired())
        return;
    stopTimeLimit();
    timeLimitExceeded = true;
    // Also when a slot throws: the limit is enforced once.
    const auto stopChild = qScopeGuard([&run, this] {
        if (run.goesOn())
            stop();
    });
    reportError(ChildProcess::Timedout,
                translateOwn(QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "Time limit exceeded")));
}

/// True when the signal was sent to at least one process that signalScope() reaches. Signal 0 only asks
/// whether there is one. After the end of the child it reaches what is left of its group or tree, until
/// the next start, where the system can tell; the page "Stopping children for good" says where.
///
/// With SignalScope::Tree it blocks for a second at most: without a cgroup it walks through all
/// processes, with one it looks for members until it finds no new one; otherwise it never blocks.
/// **Errors** (errno): ESRCH, there is nobody; EINVAL, no such signal; EPERM, they have taken another
/// identity; EMFILE, ENFILE, ENOMEM, for 100 ms there was no descriptor or memory to find the tree with,
/// and at most its group has the signal. \since 0.1
bool ChildProcess::sendSignal(int signal)
{
    const int errorCode = d->sendSignal(signal);
    if (errorCode != 0)
        errno = errorCode;
    return errorCode == 0;
}

/// Reaches what signalScope() says, and does nothing where there is nobody. Unlike QProcess it cannot
/// hit another process that got the number. Blocks no longer than sendSignal(). **Errors:** none are
/// told; sendSignal() tells. \since 0.1
void ChildProcess::terminate()
{
    sendSignal(SIGTERM);
}

/// Reaches what signalScope() says, and does nothing where there is nobody. Unlike QProcess it cannot
/// hit another process that got the number. Blocks no longer than sendSignal(). **Errors:** none are
/// told; sendSignal() tells. \since 0.1
void ChildProcess::kill()
{
    sendSignal(SIGKILL);
}

/// SIGTERM, and SIGCONT for those that are stopped and would not hear of it; SIGKILL after stopGrace()
/// to what signalScope() still reaches then. That comes from a thread of the library's own, so that it
/// needs no event loop, and also when this object is destroyed before or starts its next child.
/// finished() follows as after any other end. Once more, it asks again and keeps the earlier end of the
/// grace. Without a child, and without anything left of the last one's group or tree, it does nothing.
///
/// Never blocks. **Errors:** none; without memory or threads for a grace there is none. \since 0.1
void ChildProcess::stop()
{
    d->stop();
}

/// 5 s unless set. Never blocks. **Errors:** none. \since 0.1
milliseconds ChildProcess::stopGrace() const
{
    return d->stopSettings.grace;
}

/// Counts from the next stop(). 0: SIGKILL follows at once. Never blocks. **Errors:** a negative one
/// counts as 0. \since 0.1
void ChildProcess::setStopGrace(milliseconds grace)
{
    d->stopSettings.grace = std::max(grace, milliseconds::zero());
}

/// 0, which is none, unless set. Never blocks. **Errors:** none. \since 0.1
milliseconds ChildProcess::timeLimit() const
{
    return d->stopSettings.timeLimit;
}

/// When a child has run for so long, counted from its start, errorOccurred(Timedout) is emitted and
/// stop() called; finished() follows when it has ended. The event loop or a waitFor function sees to
/// that, which goes on to wait for what it was called for. Set while a child runs, it counts for that
/// one, too.
///
/// Never blocks. **Errors:** a negative one counts as 0. \since 0.1
void ChildProcess::setTimeLimit(milliseconds limit)
{
    d->stopSettings.timeLimit = std::max(limit, milliseconds::zero());
    d->startTimeLimit();
}

/// Of the present child, or the last one. Never blocks. **Errors:** none. \since 0.1
bool ChildProcess::timeLimitExceeded() const
{
    return d->timeLimitExceeded;
}

/// SignalScope::Process unless set. Never blocks. **Errors:** none. \since 0.1
ChildProcess::SignalScope ChildProcess::signalScope() const
{
    return d->stopSettings.scope;
}

/// Counts from the next start. With Group and Tree the child gets a process group of its own, with Tree
/// also a cgroup of its own where this process may make one. It stays in our session, but gives up the
/// controlling terminal that it shares with us: in the background a prompt there would stop it, and
/// nothing would tell. It finds no `/dev/tty` (ENXIO), and reads and writes a forwarded terminal without
/// being stopped. LaunchOptions::newSession, controllingTerminal and pseudoTerminal, and
/// CreateNewSession, decide differently.
///
/// Never blocks. **Errors:** none here. The start fails with step `signalScope`: EINVAL when
/// LaunchOptions::processGroup wants another group; EMFILE, ENFILE when the child has no descriptor left
/// to give the terminal up with. \since 0.1
void ChildProcess::setSignalScope(SignalScope scope)
{
    d->stopSettings.scope = scope;
}

/// DestructionPolicy::Kill unless set. Never blocks. **Errors:** none. \since 0.1
ChildProcess::DestructionPolicy ChildProcess::destructionPolicy() const
{
    return d->stopSettings.atDestruction.value_or(DestructionPolicy::Kill);
}

/// Counts when the object is destroyed. Kill and Stop reach what signalScope() says. A stop() that is
/// under way goes on with any of them; LeaveRunning closes our ends of the pipes, so that a child that
/// goes on to write gets SIGPIPE. At normal exit of the process whatever is still being stopped is
/// killed; waitForStopped() gives it its time. A destructor that kills although no policy was set warns
/// in QProcess's words, in the category `forkfd.childprocess`; after setDestructionPolicy(Kill) it is
/// silent.
///
/// Never blocks. **Errors:** none. \since 0.1
void ChildProcess::setDestructionPolicy(DestructionPolicy policy)
{
    d->stopSettings.atDestruction = policy;
}

} // namespace ForkFd
