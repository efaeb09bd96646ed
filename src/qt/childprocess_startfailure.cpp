// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// How a failed start is noted and reported inside start(). childprocess_pending.cpp reports a failure
// that becomes known later.

#include "qt/childprocess_p.h"

#include <QtCore/QFile>

#include <cerrno>
#include <utility>

namespace ForkFd {

using namespace Internal;

/// Has no step if the last start did not fail. The error is known when start() returns. With a
/// childProcessModifier() and a real fork, and with StartMode::Background, it is known when started() or
/// errorOccurred() is emitted. docs/start-errors.md lists the steps.
StartError ChildProcess::startError() const
{
    return d->failure->error();
}

void ChildProcessPrivate::noteFailure(StartFailure seen)
{
    if (!seen)
        return;
    if (seen.subject.empty())
        seen.subject = QFile::encodeName(settings.program).toStdString();
    failure.set(std::move(seen));
}

void ChildProcessPrivate::noteStreamFailure(int errorCode)
{
    const bool isTerminal = m_streamFailure == StandardStreams::Terminal;
    const bool isPipe = m_streamFailure == StandardStreams::Pipe;
    const QString file = isTerminal || isPipe ? QString() : streams.failedFile();
    noteFailure({isTerminal ? Step::PseudoTerminal : Step::Channels, errorCode,
                 QFile::encodeName(file).toStdString()});
}

bool ChildProcessPrivate::hasFailedInParent() const noexcept
{
    return m_streamFailure != StandardStreams::None
        || (hasFailedToStart() && failure->isToldInsideStart());
}

void ChildProcessPrivate::failWithoutProgram(StartKind kind, bool emitsError)
{
    m_streamFailure = StandardStreams::None;
    failure.set({Step::Program, EINVAL});
    if (Log::isOn())
        logOutcome(false);
    const Run run(this);
    if (kind == StartKind::Detached)
        failAtOnce(kind, emitsError);
    else
        callAfter([=, this] { failAtOnce(kind, emitsError); }, [&run, this] { emitEnded(run); });
}

// For a failed start that does not change the state.
void ChildProcessPrivate::failAtOnce(StartKind kind, bool emitsError)
{
    const Run run(this);
    const QString text = startErrorText(failure.get(), m_streamFailure, kind);
    noteFailureTold();
    announceResult(run);
    if (emitsError && run.isObjectAlive())
        reportErrorOf(run.number(), ChildProcess::FailedToStart, text);
}

// From now on exitCode() and exitStatus() belong to the failed start, not to an earlier child.
void ChildProcessPrivate::noteFailureTold() noexcept
{
    isFailureTold = true;
    isEndTold = false;
    exitInfo.reset();
}

// As in QProcess, the error precedes NotRunning if the start fails before the fork; otherwise it
// follows. A slot may wait or run an event loop, and so finish the failed start before this function
// does. If a slot moves the object, the new thread finishes it.
void ChildProcessPrivate::failInsideStart()
{
    closeAll();
    callFromEventLoop();
    const bool isTooEarly =
        m_streamFailure != StandardStreams::None || failure->step == Step::WorkingDirectory;
    const Run run(this);
    const auto announce = [&run, isTooEarly, this] {
        setState(ChildProcess::Starting);
        if (run.goesOnHere() && isTooEarly)
            noteFailureTold();
        if (run.goesOnHere())
            announceResult(run); // startError() is known.
        if (run.goesOnHere() && isTooEarly) {
            m_isErrorTold = true;
            reportError(ChildProcess::FailedToStart, textOfFailedStart());
        }
    };
    callAfter(announce, [&run, this] {
        if (run.goesOnHere())
            finishFailedStart();
    });
}

} // namespace ForkFd
