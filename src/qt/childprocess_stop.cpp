// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Signals, the time limit and stopping.

#include "qt/childprocess_p.h"

#include "core/base/signals.h"
#include "core/stop/keeper.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <new>
#include <utility>

namespace ForkFd {

using namespace Internal;
using std::chrono::milliseconds;

// Warns at most once: the reason holds for all children.
void ChildProcessPrivate::noteMethod()
{
    if (!child)
        return;
    static std::atomic<bool> isTold = false; // clazy:exclude=non-pod-global-static
    method = child->method();
    if (method == StoppableChild::OwnGroup && child->wantsTree() && !isTold.exchange(true))
        qCWarning(childProcessLog,
                  "ChildProcess: SignalScope::Tree reaches only the process group of the child here: "
                  "there is neither a control group nor a walk through /proc");
}

int ChildProcessPrivate::sendSignal(int signal) noexcept
{
    if (m_tree)
        return signalWatchedTree(signal);
    if (child)
        return child->sendSignal(signal);
    if (!m_pending || signal != SIGKILL)
        return ESRCH; // Before its start is over, a child can only be killed.
    return killStart();
}

// The starting thread may be walking through the tree for an older stop().
int ChildProcessPrivate::killStart() noexcept
{
    if (m_pending->cancel())
        return 0;
    const int errorCode = m_pending->child()->killStart();
    if (errorCode != EBUSY)
        return errorCode;
    Keeper::stop(m_pending->child(), SIGKILL, milliseconds::zero());
    return EAGAIN;
}

void ChildProcessPrivate::askToEnd() noexcept
try {
    m_isStopDue = false;
    if (!child && (!m_pending || m_pending->cancel()))
        return;
    const int signal = stopSettings.firstSignal(m_hasTerminal);
    const Deadline kill(stopSettings.grace);
    if (stopStage == ChildProcess::StopStage::None && isUnderWay()) {
        stopStage = ChildProcess::StopStage::Asked;
        m_killLook = kill;
        askTime = std::chrono::steady_clock::now();
    }
    m_killLook = std::min(m_killLook, kill);
    m_isStopping = true;
    walkTree();
    Keeper::stop(child ? child : m_pending->child(), signal, stopSettings.grace);
    requestCall();
    if (Log::isOn()) // Last: a message handler may wait for the child.
        Log::stopped(nameForLog(), signal, stopSettings.grace);
} catch (
    const std::bad_alloc &) { // For a keeper without a thread, the next call to the library will do.
}

void ChildProcessPrivate::stop()
{
    askToEnd();
    announceStopStage();
}

// Does what is due for a child that is being stopped or has a time limit.
void ChildProcessPrivate::serveStop()
{
    const Run run(this);
    followKill();
    if (run.goesOnHere())
        enforceTimeLimit();
}

// The keeper's thread sends the SIGKILL. An object looks for that only while its child is being stopped,
// and not before its grace is over.
void ChildProcessPrivate::followKill()
{
    if (stopStage != ChildProcess::StopStage::Asked || !isUnderWay() || !m_killLook.hasExpired())
        return;
    const auto &stopped = child ? child : m_pending->child();
    const StoppableChild::Kill kill = stopped ? stopped->kill() : StoppableChild::NotKilled;
    if (kill == StoppableChild::Killed) {
        setStopStage(ChildProcess::StopStage::Killed);
        return;
    }
    const bool mayBeKilled = kill != StoppableChild::NotPermitted;
    m_killLook = mayBeKilled ? Deadline(m_killLookDelay.next()) : Deadline::forever();
    requestCall();
}

// The child may have ended before the look.
void ChildProcessPrivate::noteKillAtEnd()
{
    const StoppableChild::Kill kill = child->kill();
    const bool isTried = kill == StoppableChild::BeingKilled || kill == StoppableChild::Killed;
    if (stopStage != ChildProcess::StopStage::Asked || !isTried)
        return;
    m_isKillUntold = exitInfo->reason == ExitInfo::Unknown ? kill == StoppableChild::Killed
                                                           : exitInfo->signal == SIGKILL;
}

Deadline ChildProcessPrivate::timeLimitDeadline() const
{
    if ((!watch && !m_pending) || timeLimitExceeded || stopSettings.timeLimit == milliseconds::zero())
        return Deadline::forever();
    return Deadline(stopSettings.timeLimit, startTime);
}

void ChildProcessPrivate::enforceTimeLimit()
{
    if (m_isStopDue) { // A slot or a message handler waits for the child, or runs an event loop.
        stopAtTimeLimit();
        return;
    }
    if (!timeLimitDeadline().hasExpired())
        return;
    const Run run(this);
    if (hasEnded()) // The child ended in time, but its end was not collected yet.
        collect();
    if (!run.goesOnHere() || !timeLimitDeadline().hasExpired())
        return;
    const QString name = Log::isOn() ? nameForLog() : QString();
    timeLimitExceeded = true;
    m_isStopDue = true;
    m_isTimeoutUntold = true;
    requestCall();
    if (!name.isEmpty())
        Log::timeLimitExceeded(name, stopSettings.timeLimit);
    if (run.goesOnHere())
        stopAtTimeLimit();
}

void ChildProcessPrivate::stopAtTimeLimit()
{
    const Run run(this);
    callAfter([&run, this] { announceTimeout(run); },
              [&run, this] {
                  if (run.goesOnHere() && std::exchange(m_isStopDue, false))
                      stop();
              });
}

void ChildProcessPrivate::announceTimeout(const Run &run)
{
    if (!std::exchange(m_isTimeoutUntold, false))
        return;
    announceResult(run);
    if (run.isObjectAlive())
        reportErrorOf(run.number(), ChildProcess::Timedout,
                      translateOwn(QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "Time limit exceeded")));
}

/// Returns true if the signal was sent to at least one process. Signal 0 sends nothing: it only checks
/// whether there is such a process. With pidfds the signal cannot reach another process that reuses the
/// number; docs/sandboxes.md lists the exceptions. Before a background start is over there is no
/// process, but SIGKILL gives the start up, as kill() does. After the end of the child, the rest of its
/// group or tree is signalled until the next start, if the system can identify it; see "Stopping
/// children for good".
///
/// With SignalScope::Tree it blocks: without a cgroup it walks through all processes of the system, with
/// a cgroup it signals each member. While processes start others, it repeats the search for a second at
/// most. With SignalScope::Group it walks once if something waits for treeEnded(), to find processes
/// that leave the group. Otherwise it never blocks. **Errors** (errno): ESRCH, there is no such process;
/// EINVAL, no such signal; EPERM, the processes have changed their identity; ETIMEDOUT, the processes
/// that were found got the signal, but were still starting others when the second was over; EMFILE,
/// ENFILE, ENOMEM, for 100 ms there was no descriptor or memory to find the tree, and at most the group
/// was signalled; EAGAIN, a background start is creating the child, which SIGKILL will reach in a
/// moment.
bool ChildProcess::sendSignal(int signal)
{
    const int errorCode = d->sendSignal(signal);
    if (Log::isOn())
        Log::signaled(d->nameForLog(), signal, errorCode);
    if (errorCode != 0)
        errno = errorCode;
    return errorCode == 0;
}

/// Signals the processes in signalScope() as sendSignal() does, which also reports errors. Does nothing
/// if there are none.
void ChildProcess::terminate()
{
    sendSignal(SIGTERM);
}

/// As terminate(). Gives up a background start that has no child yet; see setStartMode().
void ChildProcess::kill()
{
    sendSignal(SIGKILL);
}

/// Sends the stop signal to the processes in signalScope(), and SIGCONT, because a stopped process
/// receives it only when it continues. After stopGrace(), a thread of the library sends SIGKILL to the
/// processes that are left. So no event loop is needed, and this object may be destroyed or start its
/// next child. finished() is emitted as after any other end. A second call sends the signal again, but
/// does not prolong the grace. Without a child, and if the last child's group or tree is empty, this
/// function does nothing. A background start that has no child yet is given up; see setStartMode().
///
/// With SignalScope::Tree it blocks for about 3 ms at most. If something waits for treeEnded(), it also
/// walks through all processes once: with SignalScope::Tree if there is no cgroup, and with
/// SignalScope::Group. Otherwise it never blocks. **Errors:** none; if there is no memory or thread to
/// wait for the grace, SIGKILL follows at once.
void ChildProcess::stop()
{
    d->stop();
}

int ChildProcess::stopSignal() const
{
    return d->stopSettings.signal;
}

/// stop(), the time limit and DestructionPolicy::Stop send this signal first. 0 means SIGTERM, or SIGHUP
/// if the child has a pseudo-terminal, because an interactive shell ignores SIGTERM. Emits
/// stopSignalChanged() if the number is different. Takes effect at the next stop, also of the current
/// child. A background start that has no child yet is given up, whatever the signal is. If there is a
/// child that has not executed its program yet and that ignores the signal, the program starts, and gets
/// SIGKILL after the grace.
///
/// **Errors:** if there is no such signal, this function warns in the category `forkfd.childprocess` and
/// does nothing. \since 0.1
void ChildProcess::setStopSignal(int signal)
{
    sigset_t set;
    ::sigemptyset(&set);
    if (signal != 0 && ::sigaddset(&set, signal) != 0)
        qCWarning(childProcessLog, "ChildProcess::setStopSignal: There is no signal %d", signal);
    else if (std::exchange(d->stopSettings.signal, signal) != signal)
        Q_EMIT stopSignalChanged(signal);
}

/// The stage is Asked from the moment when stop() or the time limit stops a running child. It is Killed
/// as soon as this object learns, in the event loop or in a waitFor function, that the library has sent
/// SIGKILL after the grace. kill() and a SIGKILL of any other origin do not change it. It is kept after
/// the child's end; the next start resets it to None. \since 0.1
ChildProcess::StopStage ChildProcess::stopStage() const
{
    return d->stopStage;
}

milliseconds ChildProcess::stopGrace() const
{
    return d->stopSettings.grace;
}

/// Takes effect at the next stop(). With 0 SIGKILL follows at once. **Errors:** a negative time counts
/// as 0.
void ChildProcess::setStopGrace(milliseconds grace)
{
    const milliseconds used = std::max(grace, milliseconds::zero());
    if (std::exchange(d->stopSettings.grace, used) != used)
        Q_EMIT settingsChanged();
}

milliseconds ChildProcess::timeLimit() const
{
    return d->stopSettings.timeLimit;
}

/// When a child exceeds the limit, counted from its start, errorOccurred(Timedout) is emitted and stop()
/// is called; finished() follows when the child has ended. The limit is checked by the event loop and by
/// the waitFor functions, which then continue to wait. A new limit also applies to the current child.
///
/// **Errors:** a negative time counts as 0.
void ChildProcess::setTimeLimit(milliseconds limit)
{
    const milliseconds used = std::max(limit, milliseconds::zero());
    const bool isOther = std::exchange(d->stopSettings.timeLimit, used) != used;
    d->requestCall();
    if (isOther)
        Q_EMIT settingsChanged();
}

bool ChildProcess::timeLimitExceeded() const
{
    return d->timeLimitExceeded;
}

ChildProcess::SignalScope ChildProcess::signalScope() const
{
    return d->stopSettings.scope;
}

/// With Group and Tree the child gets its own process group, and with Tree also its own cgroup, if this
/// process may create one. The child stays in the parent's session, but gives up the controlling
/// terminal: on that terminal it would be a background process, and a prompt would stop it without
/// notice. So opening `/dev/tty` fails (ENXIO), and the child reads and writes a forwarded terminal
/// without being stopped. LaunchOptions::newSession, controllingTerminal and pseudoTerminal, and
/// CreateNewSession, override this.
///
/// **Errors:** the start fails with step `signalScope`: EINVAL, LaunchOptions::processGroup names
/// another group; EMFILE, ENFILE, the child has no descriptor left to give up the terminal.
void ChildProcess::setSignalScope(SignalScope scope)
{
    if (std::exchange(d->stopSettings.scope, scope) != scope)
        Q_EMIT settingsChanged();
}

/// The method is known as soon as the start has succeeded; it is None while a background start is in
/// progress. It is kept after the child's end; the next start resets it. With SignalScope::Group it is
/// Group, with Process it is None.
///
/// With SignalScope::Tree the start chooses it: ControlGroup if this process may make a control group,
/// else Walk if `/proc` and pidfd_open(2) are available, else Group. A walk may still be impossible
/// later, for lack of descriptors or because of a filter (docs/sandboxes.md); then signals reach only
/// the group. The first child whose Tree can only be a Group is reported by a warning in the category
/// `forkfd.childprocess`.
///
/// The method says which processes signals reach. LaunchOptions::treeDiesWithParent does not depend on
/// signalScope(): it always reaches the processes of the method that SignalScope::Tree would have.
/// \since 0.1
ChildProcess::TreeMethod ChildProcess::treeMethod() const
{
    switch (d->method) {
    case StoppableChild::OneProcess:
        break;
    case StoppableChild::OwnCgroupMembers:
        return TreeMethod::ControlGroup;
    case StoppableChild::WalkFromChild:
        return TreeMethod::Walk;
    case StoppableChild::OwnGroup:
        return TreeMethod::Group;
    }
    return TreeMethod::None;
}

ChildProcess::DestructionPolicy ChildProcess::destructionPolicy() const
{
    return d->stopSettings.atDestruction.value_or(DestructionPolicy::Kill);
}

/// The policy takes effect when the object is destroyed. Kill and Stop apply to the processes in
/// signalScope(). With each policy a stop() in progress continues. LeaveRunning closes the pipes, so
/// that a child that continues to write gets SIGPIPE. When the process exits normally, children that are
/// being stopped are killed; waitForStopped() waits for them. If no policy was set, a destructor that
/// kills a child warns in QProcess's words, in the category `forkfd.childprocess`.
void ChildProcess::setDestructionPolicy(DestructionPolicy policy)
{
    const DestructionPolicy before = destructionPolicy();
    d->stopSettings.atDestruction = policy;
    if (before != policy)
        Q_EMIT settingsChanged();
}

} // namespace ForkFd
