// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The object: its state, its errors, and its thread.

#include "qt/childprocess_p.h"
#include "qt/defaultoptions.h"

#include <QtCore/QEvent>

namespace ForkFd {

using namespace Internal;

ChildProcess::ChildProcess(QObject *parent)
    : QIODevice(parent)
    , d(new ChildProcessPrivate(this))
{
    if (const LaunchOptions *defaults = DefaultOptions::current())
        d->settings.launchOptions.set(*defaults);
}

ChildProcess::~ChildProcess() = default;

ChildProcess::ProcessState ChildProcess::state() const
{
    return d->state;
}

/// True in the states Starting and Running, in which another start would be refused. The property
/// `running` has the same value.
bool ChildProcess::isRunning() const
{
    return d->state != NotRunning;
}

/// As in QProcess, the id is set after stateChanged(Starting), and in a slot of stateChanged(NotRunning)
/// it is still that of the child that has ended. By then the number may name another process: use
/// sendSignal() instead of kill(2). processIdChanged() follows both signals. With StartMode::Background
/// it precedes stateChanged(Running).
qint64 ChildProcess::processId() const
{
    return d->pid;
}

/// The error is kept until the next start; errorString() describes it.
ChildProcess::ProcessError ChildProcess::error() const
{
    return d->error;
}

/// Emits stateChanged() if the state is different. Does not start or stop a child. After NotRunning, the
/// destructor leaves a running child alone, unless the program has called setDestructionPolicy().
void ChildProcess::setProcessState(ProcessState state)
{
    d->setState(state);
}

bool ChildProcess::event(QEvent *event)
{
    if (event->type() == QEvent::ThreadChange)
        d->changeThread();
    return QIODevice::event(event);
}

void ChildProcessPrivate::setState(ChildProcess::ProcessState newState)
{
    if (state == newState)
        return;
    state = newState;
    Q_EMIT q->stateChanged(newState, ChildProcess::QPrivateSignal());
}

void ChildProcessPrivate::emitEnded(const Run &run)
{
    if (run.isObjectAlive())
        Q_EMIT q->ended();
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

} // namespace ForkFd
