// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The signals of the properties that describe a child.

#include "qt/childprocess_p.h"

#include <utility>

namespace ForkFd {

// Called before there is a child, so that no slot sees a running child with the result of another one.
void ChildProcessPrivate::forgetLast()
{
    exitInfo.reset();
    failure.reset();
    isEndTold = false;
    isFailureTold = false;
    timeLimitExceeded = false;
    stopStage = ChildProcess::StopStage::None;
    const Run run(this);
    setNumber(0); // A slot of stateChanged(NotRunning) starts the next child.
    if (run.isLatest())
        announceStopStage();
    if (m_isResultTold && run.isLatest())
        announceResult(run);
}

void ChildProcessPrivate::setNumber(qint64 number)
{
    if (std::exchange(pid, number) != number)
        Q_EMIT q->processIdChanged(number);
}

void ChildProcessPrivate::announceNumber()
{
    if (watch)
        setNumber(watch->pid());
}

void ChildProcessPrivate::announceProgram()
{
    const Run run(this);
    Q_EMIT q->programChanged(QString(settings.program)); // A slot may change it or delete the object.
    if (run.isLatest() && isFailureTold)
        announceResult(run);
}

void ChildProcessPrivate::setStopStage(ChildProcess::StopStage stage)
{
    const Run run(this);
    stopStage = stage;
    if (stage == ChildProcess::StopStage::Killed && Internal::Log::isOn())
        Internal::Log::killed(nameForLog()); // A message handler may wait for the child.
    if (run.goesOnHere())
        announceStopStage();
}

void ChildProcessPrivate::announceStopStage()
{
    if (std::exchange(m_announcedStage, stopStage) != stopStage)
        Q_EMIT q->stopStageChanged(stopStage);
}

void ChildProcessPrivate::announceExitCode()
{
    const int exitCode = q->exitCode();
    if (std::exchange(m_announcedExitCode, exitCode) != exitCode)
        Q_EMIT q->exitCodeChanged(exitCode);
}

// Emits the signals of the properties that an end or a failed start changes.
void ChildProcessPrivate::announceResult(const Run &run)
{
    if (run.isLatest())
        announceExitCode();
    if (!run.isObjectAlive())
        return;
    m_isResultTold = isEndTold || failure || timeLimitExceeded;
    Q_EMIT q->resultChanged();
}

} // namespace ForkFd
