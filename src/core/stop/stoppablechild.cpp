// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/stoppablechild.h"

#include "core/base/signalresult.h"
#include "core/base/signals.h"
#include "core/base/wait.h"
#include "core/stop/keeper.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace ForkFd::Internal {

using namespace std::chrono_literals;
using Clock = PrivateCgroup::Clock;

StoppableChild::StoppableChild(Scope scope, Start start)
    : m_scope(scope)
    , m_start(start == InThread ? std::make_unique<StartControl>() : nullptr)
    , m_own(scope == Tree ? std::make_unique<OwnCgroup>() : nullptr)
{
    Keeper::prepare();
}

StoppableChild::~StoppableChild()
{
    const CancellationBlocker blocker;
    if (m_task.isListed)
        Keeper::letGo(*this);
    if (hasCgroup())
        Keeper::remove(std::move(m_own->group));
}

StoppableChild::Method StoppableChild::method() const noexcept
{
    if (m_scope == Process)
        return OneProcess;
    if (hasCgroup())
        return OwnCgroupMembers;
    return m_own && m_own->canWalk ? WalkFromChild : OwnGroup;
}

int StoppableChild::sendSignal(int signal) noexcept
{
    // In a forked copy, a thread that does not exist may have locked the mutex.
    if (!belongsToThisProcess())
        return ESRCH;
    const CancellationBlocker blocker;
    const std::lock_guard lock(m_signalling);
    return m_watch ? sendPatiently(signal) : signalStart(signal);
}

// Signal 0 and SIGCONT do not give up the start.
int StoppableChild::signalStart(int signal) noexcept
{
    if (!isStarting() || m_start->isCanceled())
        return ESRCH;
    return signal == 0 || signal == SIGCONT ? 0 : m_start->end(signal);
}

// Any signal is a wish here, even one that the child ignores.
void StoppableChild::askStartToEnd() noexcept
{
    if (!isStarting() || m_start->isCanceled())
        return;
    m_start->end(m_stopSignal);
    m_start->continueChild();
}

int StoppableChild::killStart() noexcept
{
    if (!belongsToThisProcess())
        return ESRCH;
    const CancellationBlocker blocker;
    const std::unique_lock lock(m_signalling, std::try_to_lock);
    if (!lock || needsWalk())
        return EBUSY;
    return m_watch ? sendPatiently(SIGKILL) : signalStart(SIGKILL);
}

void StoppableChild::setWatch(ExitWatchPtr watch) noexcept
{
    const CancellationBlocker blocker;
    const std::lock_guard lock(m_signalling);
    m_watch = std::move(watch);
    if (m_own && m_watch)
        m_own->canWalk = !m_own->group && canWalk(*m_watch);
    if (!m_watch || !m_start)
        return;
    // A signal during the start has reached at most the child. Its program may have started others since
    // then.
    const int signal = m_scope == Process ? m_start->undelivered() : m_start->wish();
    if (signal != 0 && signal != SIGKILL)
        sendPatiently(SIGCONT); // As askToEnd() does.
    if (signal != 0)
        sendPatiently(signal);
}

// A shortage may last a moment only. The group gets the signal only when the time is over, because
// after that the rest of a tree cannot be found.
int StoppableChild::sendPatiently(int signal) noexcept
{
    PrivateCgroup::Progress progress;
    const auto end = Clock::now() + 100ms;
    for (;;) {
        const bool isLast = Clock::now() >= end;
        const int errorCode =
            trySendSignal(signal, progress, isLast ? InShortage::SignalGroup : InShortage::Repeat);
        if (isLast || !isShortage(errorCode))
            return errorCode;
        pauseFor(1ms);
    }
}

int StoppableChild::trySendSignal(int signal, PrivateCgroup::Progress &progress,
                                  InShortage inShortage) noexcept
{
    if (!hasCgroup())
        return trySendSignals({signal}, inShortage);
    if (signal == 0)
        return m_own->group.isPopulated() ? 0 : m_watch->sendSignal(0);
    if (signal == SIGKILL)
        return killCgroup(inShortage);
    // The members of a cgroup can only be signalled by pidfd.
    const int held = checkHolding(*m_watch);
    if (isShortage(held) && inShortage == InShortage::Repeat)
        return held;
    if (held != 0)
        return trySendSignals({signal}, inShortage);
    // On a busy machine one look at each member may take longer. The number of members is limited.
    int errorCode;
    do {
        errorCode = signalMembers({signal}, progress, Clock::now() + 1s, inShortage);
    } while (errorCode == EINPROGRESS);
    return errorCode;
}

// If the members of the cgroup cannot be found or held, signals the group instead. After a shortage it
// still returns the errno of the shortage.
int StoppableChild::signalMembers(std::initializer_list<int> signals, PrivateCgroup::Progress &progress,
                                  Clock::time_point end, InShortage inShortage) noexcept
{
    const int errorCode = m_own->group.sendSignals(signals, progress, end);
    if (errorCode == 0 || errorCode == ESRCH)
        return signalOutsider(signals, progress, errorCode);
    const bool isOver = errorCode == ETIMEDOUT || errorCode == EINPROGRESS;
    const bool isShort = isShortage(errorCode);
    if (isOver || (isShort && inShortage == InShortage::Repeat))
        return errorCode;
    if (!progress.told.empty() && !(isShort && isGroupUntold(progress)))
        return errorCode;
    const int groupError = signalGroup(signals);
    return isShort ? errorCode : groupError;
}

// The child itself may have moved to another cgroup, or may have been moved. Then the signal has reached
// only those that it left behind; `errorCode` says whether there were any.
int StoppableChild::signalOutsider(std::initializer_list<int> signals,
                                   const PrivateCgroup::Progress &progress, int errorCode) noexcept
{
    if (std::binary_search(progress.told.begin(), progress.told.end(), m_watch->pid())
        || hasLeaderEnded())
        return errorCode;
    for (const int signal : signals) {
        const int ownErrorCode = m_watch->sendSignal(signal);
        errorCode = errorCode == ESRCH ? ownErrorCode : errorCode;
    }
    return errorCode;
}

// Whether a signal to the group reaches a process that has not got the signal yet. Needs no descriptor.
// If a number was given out again, it counts only if its new process is in the group, too.
bool StoppableChild::isGroupUntold(const PrivateCgroup::Progress &progress) const noexcept
{
    return std::any_of(progress.first.begin(), progress.first.end(), [&, this](pid_t pid) {
        return !std::binary_search(progress.told.begin(), progress.told.end(), pid)
            && ::getpgid(pid) == m_watch->pid();
    });
}

// Signals the scope without a cgroup.
int StoppableChild::trySendSignals(std::initializer_list<int> signals, InShortage inShortage) noexcept
{
    if (m_scope == Tree)
        if (const int errorCode = signalTree(*m_watch, signals, inShortage); errorCode != ESRCH)
            return errorCode;
    return signalGroup(signals);
}

// Signals the group; with Process only the child.
int StoppableChild::signalGroup(std::initializer_list<int> signals) noexcept
{
    SignalResult result;
    for (const int signal : signals) {
        int errorCode = m_scope == Process ? ESRCH : m_watch->sendSignalToGroup(signal);
        // The child may have joined another group, and may have left other processes in its own.
        if (errorCode == ESRCH || ::getpgid(m_watch->pid()) != m_watch->pid()) {
            const int ownErrorCode = m_watch->sendSignal(signal);
            errorCode = errorCode == ESRCH ? ownErrorCode : errorCode;
        }
        result.add(errorCode);
    }
    return result.errorCode();
}

// If the cgroup cannot be killed, kills the group instead, and returns the error.
int StoppableChild::killCgroup(InShortage inShortage) noexcept
{
    int errorCode = m_own->group.kill();
    if (errorCode == 0 || errorCode == ESRCH)
        errorCode = signalOutsider({SIGKILL}, {}, errorCode);
    const bool isRepeated = isShortage(errorCode) && inShortage == InShortage::Repeat;
    if (errorCode != 0 && errorCode != ESRCH && !isRepeated)
        m_watch->sendSignalToGroup(SIGKILL);
    return errorCode;
}

bool StoppableChild::askToEnd(Patience patience) noexcept
{
    if (!belongsToThisProcess())
        return true;
    const CancellationBlocker blocker;
    std::unique_lock lock(m_signalling, std::defer_lock);
    if (patience == MayWalk)
        lock.lock();
    // Decided under the lock, because a start in a thread hands over its child under this lock.
    else if (!lock.try_lock() || needsWalk())
        return false;
    if (!m_watch) {
        askStartToEnd();
        return true;
    }
    if (m_isNewStop.exchange(false))
        endRound();
    const auto now = Clock::now();
    if (m_askEnd == Clock::time_point())
        m_askEnd = now + 1s;
    const bool goesOn = now < m_askEnd;
    const int errorCode = tryAsk(now, goesOn ? InShortage::Repeat : InShortage::SignalGroup);
    if (errorCode == EINPROGRESS || (goesOn && (errorCode == ETIMEDOUT || isShortage(errorCode))))
        return false;
    endRound();
    return true;
}

// The next askToEnd() asks all processes again.
void StoppableChild::endRound() noexcept
{
    if (m_own)
        m_own->asked = {};
    m_askEnd = {};
}

// A kill that failed before says nothing about the next one.
void StoppableChild::beginStop(int signal) noexcept
{
    m_stopSignal = static_cast<unsigned char>(signal);
    m_isNewStop = true;
    Kill failed = NotPermitted;
    m_kill.compare_exchange_strong(failed, NotKilled);
}

int StoppableChild::tryAsk(Clock::time_point now, InShortage inShortage) noexcept
{
    // In this order: the end of a process may orphan groups, and the kernel sends SIGHUP to those that
    // are stopped (setpgid(2)).
    const int stopSignal = m_stopSignal.load();
    const std::initializer_list<int> both = {SIGCONT, stopSignal};
    const std::initializer_list<int> one = {stopSignal};
    const std::initializer_list<int> &signals = stopSignal == SIGKILL ? one : both;
    const int held = hasCgroup() ? checkHolding(*m_watch) : ESRCH;
    if (isShortage(held) && inShortage == InShortage::Repeat)
        return held;
    if (held != 0) {
        // Another walk would again ask the processes that this walk has found.
        const int errorCode = trySendSignals(signals, inShortage);
        return errorCode == ETIMEDOUT ? 0 : errorCode;
    }
    return signalMembers(signals, m_own->asked, now + 3ms, inShortage);
}

int StoppableChild::tryKill() noexcept
{
    if (!belongsToThisProcess())
        return ESRCH;
    const CancellationBlocker blocker;
    const std::lock_guard lock(m_signalling);
    if (m_kill != Killed)
        m_kill = BeingKilled;
    if (!m_watch) {
        const int errorCode = signalStart(SIGKILL);
        noteKill(errorCode);
        return errorCode;
    }
    const auto now = Clock::now();
    if (m_killEnd == Clock::time_point())
        m_killEnd = now + 1s;
    PrivateCgroup::Progress none; // A cgroup is killed as a whole.
    const int errorCode =
        trySendSignal(SIGKILL, none, now < m_killEnd ? InShortage::Repeat : InShortage::SignalGroup);
    if (!isShortage(errorCode))
        m_killEnd = {};
    noteKill(errorCode);
    return errorCode;
}

// After other errors it is still BeingKilled: the kill is tried again, and some processes may already
// have got the signal.
void StoppableChild::noteKill(int errorCode) noexcept
{
    if (errorCode == 0 || errorCode == ETIMEDOUT)
        m_kill = Killed;
    else if (m_kill != Killed && (errorCode == ESRCH || errorCode == EPERM))
        m_kill = errorCode == EPERM ? NotPermitted : NotKilled;
}

void StoppableChild::killAgain() noexcept
{
    if (!belongsToThisProcess())
        return;
    const std::lock_guard lock(m_signalling);
    if (!isStarting() && hasCgroup() && m_own->group.isToBeKilled())
        m_own->group.kill();
}

std::optional<bool> StoppableChild::holdsNumber() noexcept
{
    if (!belongsToThisProcess())
        return false;
    const CancellationBlocker blocker;
    const std::unique_lock lock(m_signalling, std::try_to_lock);
    if (!lock)
        return std::nullopt;
    const auto isThere = [](int errorCode) { return errorCode == 0 || errorCode == EPERM; };
    return !isStarting() && m_watch
        && (isThere(m_watch->sendSignal(0)) || isThere(m_watch->sendSignalToGroup(0)));
}

bool StoppableChild::hasEnded(Leader leader) noexcept
{
    // In a forked copy, a thread that does not exist may have locked the mutex.
    if (!belongsToThisProcess())
        return true;
    const CancellationBlocker blocker;
    const std::unique_lock lock(m_signalling, std::try_to_lock);
    if (!lock || (leader == Unknown && !hasLeaderEnded()))
        return false;
    if (m_scope == Process || isStarting() || !m_watch)
        return true;
    if (hasCgroup())
        return !m_own->group.isPopulated();
    // A child that was not collected is a member of its group, even as a zombie.
    return m_watch->sendSignalToGroup(0) == ESRCH || !hasLivingMember(m_watch->pid());
}

bool StoppableChild::hasLeaderEnded() noexcept
{
    const CancellationBlocker blocker;
    if (isStarting())
        return m_start->isCanceled();
    if (!m_watch || !m_watch->isWatching())
        return true;
    pollfd entry = {m_watch->descriptor(), POLLIN, 0};
    const int count = ::poll(&entry, 1, 0);
    return count > 0
        || (count < 0 && m_watch->sendSignal(0) == ESRCH); // With RLIMIT_NOFILE 0 poll(2) fails.
}

void StoppableChild::awaitLeader(std::chrono::milliseconds time) noexcept
{
    if (isStarting() || !m_watch) {
        pauseFor(std::min(time, 10ms));
        return;
    }
    pollfd entry = {m_watch->descriptor(), POLLIN, 0};
    if (!m_watch->isWatching() || pollDescriptors(&entry, 1, static_cast<int>(time.count())) > 0)
        pauseFor(10ms); // The caller checks whether other processes are left.
}

bool StoppableChild::removeCgroup() noexcept
{
    const std::lock_guard lock(m_signalling);
    return isStarting() || !hasCgroup() || m_own->group.remove() || !m_own->group.isToBeKilled();
}

} // namespace ForkFd::Internal
