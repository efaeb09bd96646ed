// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The destruction of the object, and what happens to its child.

#include "qt/childprocess_p.h"

#include "core/base/signals.h"
#include "core/stop/keeper.h"

#include <QtCore/QDebug>
#include <QtCore/QDir>

#include <cerrno>

namespace ForkFd {

using namespace Internal;

ChildProcessPrivate::~ChildProcessPrivate()
{
    const CancellationBlocker blocker;
    leaveHub();
    dropTree();
    closeAll();
    using Policy = ChildProcess::DestructionPolicy;
    // With setProcessState(NotRunning), subclasses let go of their child, as with QProcess.
    const bool isLetGo = state == ChildProcess::NotRunning;
    const Policy policy =
        stopSettings.atDestruction.value_or(isLetGo ? Policy::LeaveRunning : Policy::Kill);
    settleStart(); // A background start may have created a child.
    // A forked copy leaves the child alone, and a message handler's lock may be held there for ever.
    if (isUnderWay() && Log::isOn() && (!watch || watch->belongsToThisProcess()))
        Log::destroyed(nameForLog(), policy);
    // The program was not executed yet: no grace, unless stop() has given one.
    const bool hasGrace = policy == Policy::Stop && m_isStopping;
    if (m_pending && policy != Policy::LeaveRunning && !hasGrace) {
        warnOfDestruction();
        killStartAtDestruction();
    }
    if (watch && policy == Policy::Kill)
        killAtDestruction();
    else if (watch && policy == Policy::Stop && !m_isStopping)
        askToEnd();
    letGoOfChild();
}

// Warns in QProcess's words, unless the program has set a policy itself.
void ChildProcessPrivate::warnOfDestruction() const
{
    if (!stopSettings.atDestruction)
        qCWarning(childProcessLog).nospace()
            << "QProcess: Destroyed while process (" << QDir::toNativeSeparators(settings.program)
            << ") is still running.";
}

void ChildProcessPrivate::killAtDestruction()
{
    if (!watch->look()) // The event may come later than the end.
        warnOfDestruction();
    // The keeper walks through the tree, and repeats a kill that failed.
    if (!child->signalsAtOnce() || isShortage(child->tryKill()))
        Keeper::adopt(child, Keeper::NoGrace);
}

void ChildProcessPrivate::killStartAtDestruction() noexcept
{
    if (m_pending->cancel())
        return;
    const int errorCode = m_pending->child()->killStart();
    if (errorCode == EBUSY || isShortage(errorCode))
        Keeper::adopt(m_pending->child(), Keeper::NoGrace);
}

// The keeper collects the child. It also keeps the grace of a child that is being stopped, even during a
// start. A tree that takes a walk may have processes left: the keeper finds out.
void ChildProcessPrivate::letGoOfChild() noexcept
{
    const auto &stopped = child || !m_pending ? child : m_pending->child();
    const auto isLeft = [&] {
        return isUnderWay() || !stopped->signalsAtOnce() || stopped->sendSignal(0) != ESRCH;
    };
    if (stopped && m_isStopping && isLeft())
        Keeper::adopt(stopped, Keeper::KeepGrace);
    child.reset();
    watch = nullptr;
    m_isStopping = false;
}

} // namespace ForkFd
