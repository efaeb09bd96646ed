// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_CHILDPROCESS_P_H
#define FORKFD_QT_CHILDPROCESS_P_H

#include "qt/childsettings.h"
#include "qt/exithub.h"
#include "qt/preparedstart.h"
#include "qt/standardstreams.h"
#include "qt/starterrortext.h"

#include "core/start/failure.h"
#include "core/start/pendingstart.h"
#include "core/stop/stoppablechild.h"

#include <ForkFd/childprocess.h>

#include <QtCore/QDeadlineTimer>
#include <QtCore/QPointer>
#include <QtCore/QTimer>

#include <array>
#include <functional>

namespace ForkFd {

/// The state machine behind a ChildProcess.
///
///     NotRunning --start()--> Starting --finishStarting()--> Running --finishEnding()--> NotRunning
///                                 \_________________ a failed start _______________________/
///
/// Between the child's end and finishEnding() it drains the output, if it was told to: Running, with
/// exitInfo and without a watch.
///
/// When start() returns in Starting, the child runs, or it is known why not, or the start is still
/// pending: then only its outcome and the child's end are watched. Everybody else learns the outcome
/// from finishStarting(), which is called before anything else that the event loop or a wait does.
///
/// A slot may do anything: restart, wait, delete, move the object to another thread. Code that emits a
/// signal therefore asks its Run afterwards whether it goes on, and goes on here, and returns at once
/// if not. After a move calledSoon() does the rest in the new thread.
class ChildProcessPrivate final : private Internal::HubClient
{
public:
    explicit ChildProcessPrivate(ChildProcess *owner)
        : q(owner)
    {
    }
    ~ChildProcessPrivate();

    // Start and end: childprocess_p.cpp.

    void start(QIODevice::OpenMode mode);
    /// Goes on with a start that another thread has begun.
    static void adopt(ChildProcess &object, Internal::PreparedStart &&start);
    /// The process id of a child that is left to init; -1 when it failed, which was told by then.
    qint64 startDetached();
    /// Fails a start without a program; open() emits no errorOccurred().
    void failWithoutProgram(bool emitsError = true);
    void setState(ChildProcess::ProcessState newState);
    /// Whether there is a child, or there may be one, whose end is not known.
    bool isUnderWay() const noexcept { return watch || m_pending; }
    bool waitForStarted(const QDeadlineTimer &deadline);
    bool waitForFinished(const QDeadlineTimer &deadline);

    // How it is made to end: childprocess_stop.cpp.

    int sendSignal(int signal) noexcept;
    void stop() noexcept;
    void helpStopper() noexcept;
    /// Watches the clock from now on, if the thread has an event loop.
    void startTimeLimit();

    // Input and waits: childprocess_io.cpp.

    enum WaitOutcome { Done, RunEnded, TimedOut, ObjectGone /* or moved to another thread */ };
    /// Serves this child until `isDone`, the end of the run or the deadline, which sets error().
    WaitOutcome serveUntil(const std::function<bool()> &isDone, const QDeadlineTimer &deadline);
    /// Waits until the outcome of the start is known, and tells nobody of it.
    WaitOutcome awaitOutcome(const QDeadlineTimer &deadline);

    bool canWrite() const noexcept { return !m_closesInputWhenWritten; }
    /// How much of what was written still waits; an end of file that is typed is not the user's.
    qint64 bytesToWrite() const noexcept
    {
        return m_hasTypedEndOfFile ? 0 : streams.input.bytes().size();
    }
    bool isWriting() const noexcept { return streams.input.isOpen() && bytesToWrite() > 0; }
    void queueForWriting(const char *data, qint64 size);
    void closeWriteChannel();

    // The child's output: childprocess_output.cpp.

    Internal::Channel &channelOf(ChildProcess::ProcessChannel channel) noexcept;
    Internal::Channel &readingFrom() noexcept { return channelOf(readChannel); }
    void setReadChannel(ChildProcess::ProcessChannel channel);
    void closeReadChannel(ChildProcess::ProcessChannel channel);
    void setReadBufferSize(qint64 size);
    qint64 take(char *data, qint64 maximum) noexcept;
    QByteArray takeAll();
    /// Waits no more for output that comes after the child's end.
    void stopDraining() noexcept;

    /// Stops watching in the thread that the object leaves, and goes on in the next one.
    void changeThread();

    ChildProcess *const q;

    Internal::ChildSettings settings; ///< For the next child.
    Internal::StandardStreams streams;
    Internal::StopSettings stopSettings;

    // What is known of the present one, or the last.
    ChildProcess::ProcessState state = ChildProcess::NotRunning;
    ChildProcess::ProcessError error = ChildProcess::UnknownError;
    Internal::SeldomSet<Internal::LaunchFailure> failure; ///< Of the last start; known when it returns.
    bool isFailureTold = false; ///< The signals of that failure are being emitted, or were.
    Internal::SeldomSet<ExitInfo> exitInfo; ///< Known from its end on.
    /// Until its end was collected, and then as long as there may be something left to signal.
    std::shared_ptr<Internal::StoppableChild> child;
    Internal::ExitWatch *watch = nullptr; ///< The child's, until its end was collected.
    bool timeLimitExceeded = false;
    qint64 pid = 0; ///< Until the change to NotRunning was told.
    std::chrono::steady_clock::time_point startTime;
    std::chrono::steady_clock::time_point endTime;

    ChildProcess::ProcessChannel readChannel = ChildProcess::StandardOutput;
    qint64 readBufferSize = 0; ///< How much may wait in each channel; 0: any amount.
    std::chrono::milliseconds drainTimeout{0};
    quint64 readCount = 0; ///< How often data has come on the read channel.
    quint64 writeCount = 0; ///< How often the child's pipe has taken data.
    const QByteArray *writtenArray = nullptr; ///< While write() passes a whole array on to writeData().

private:
    class Run;
    class Emission;
    class LimitPause;

    void adopt(Internal::PreparedStart &&start);
    void reset(QIODevice::OpenMode mode);
    bool openStreams(QIODevice::OpenMode mode, Internal::ChildEnds &ends);
    void launch(const Internal::ChildEnds &ends);
    void failInsideStart();
    void beginStart(QIODevice::OpenMode mode);
    qint64 beginDetached();
    void failAtOnce(Internal::StartKind kind, bool emitsError);
    void noteFailureTold() noexcept;
    void noteFailure(Internal::LaunchFailure seen);
    void noteStreamFailure(int errorCode);
    bool hasFailedInParent() const noexcept;
    bool hasFailedToStart() const noexcept { return static_cast<bool>(failure); }
    bool settleStart();
    void lookLater();
    void finishStarting();
    void announceStart();
    void emitStarted();
    void announceExitCode();
    void finishFailedStart();
    void reportError(ChildProcess::ProcessError newError, const QString &text);
    void reportErrorOf(quint64 run, ChildProcess::ProcessError newError, const QString &text);

    void killAtDestruction();
    void letGoOfChild() noexcept;
    int killStart() noexcept;
    QDeadlineTimer timeLimitDeadline() const;
    void enforceTimeLimit();
    void timeLimitTimedOut();
    void stopTimeLimit() noexcept;

    void descriptorReady(Role role) override;
    void calledSoon() override;
    void eventLoopEnded() override { postCall(); }
    void serve(Role role);
    bool isServable(Role role) noexcept;
    bool hasEnded() noexcept;
    int descriptorOf(Role role) noexcept;
    Internal::Channel *channelOf(Role role) noexcept;
    static Role roleOf(ChildProcess::ProcessChannel channel) noexcept
    {
        return channel == ChildProcess::StandardOutput ? Role::StandardOutput : Role::StandardError;
    }
    static ChildProcess::ProcessChannel outputOf(Role role) noexcept
    {
        return role == Role::StandardOutput ? ChildProcess::StandardOutput : ChildProcess::StandardError;
    }
    void send();
    void endInput();
    void closeChannel(Role role);
    void closeAll();

    void collect();
    void collectLeader();
    void letGoUnlessReached() noexcept;
    void serveReady(const std::function<bool()> &isDone, const QDeadlineTimer &deadline);
    int timeToNextDeadline(QDeadlineTimer next) const;
    WaitOutcome timeOut();
    static WaitOutcome outcomeOf(const Run &run);
    void retryLater();
    void retryWhenDue();
    void finishEnding();

    void receive(Role role);
    void endOutput(Role role, bool hasFailed = false);
    void reportReadError(const Run &run);
    qint64 roomIn(ChildProcess::ProcessChannel channel) noexcept;
    qint64 bytesAtOnce() const noexcept;
    void watchPipes();
    void takeBackReadAhead();
    void holdBack(Role role);
    void resumeReading(ChildProcess::ProcessChannel channel);
    void announceData(ChildProcess::ProcessChannel channel);
    void announceLastData(ChildProcess::ProcessChannel channel);
    bool isOutputAwaited() const noexcept;
    bool drainOutput();
    bool isEndDue() const noexcept;
    void endWhenDue();

    void watchAll();
    Internal::PollSet::Interest interestIn(Role role) noexcept;
    void watchDescriptor(Role role);
    void unwatch(Role role) noexcept;
    void callFromEventLoop();
    void postCall();
    void leaveHub() noexcept;

    std::shared_ptr<Internal::ExitHub> m_hub;
    std::array<Internal::ExitHub::Id, 5> m_registrations = {}; ///< By role.
    std::unique_ptr<Internal::PendingStart> m_pending; ///< The start, until its outcome is known.
    std::weak_ptr<void> m_posted; ///< Expires when the event is delivered or thrown away.
    Internal::RetryDelay m_retryDelay;
    QDeadlineTimer m_retry; ///< Runs while a child that looks ended is left alone for a moment.
    std::optional<QDeadlineTimer> m_drain; ///< From the child's end on, while more output may come.
    int m_announcedExitCode = 0;
    int m_limitPauses = 0; ///< How many waits are in progress, one inside another.
    bool m_drains = true; ///< Whether drainTimeout counts for this child.
    Internal::StandardStreams::Failure m_streamFailure = Internal::StandardStreams::None;
    bool m_isEndOwed = false; ///< To waitForFinished(), which was told to wait and has given up.
    bool m_isStopping = false; ///< The child was asked to end.
    QPointer<QTimer> m_timeLimitTimer; ///< Lives and goes with the thread's event dispatcher.
    bool m_isStartedDue = false; ///< The state is Running, and started() was not emitted yet.
    bool m_closesInputWhenWritten = false;
    bool m_hasTypedEndOfFile = false; ///< It is all that still waits to be written.
    bool m_arePipesWatched = false; ///< For being idle.
    bool m_isEmittingReadyRead = false;
    bool m_isEmittingBytesWritten = false;
    quint64 m_runNumber = 0;
};

/// One child's time, as seen by code that emits signals in it.
class ChildProcessPrivate::Run
{
public:
    explicit Run(ChildProcessPrivate *d)
        : m_q(d->q)
        , m_d(d)
        , m_thread(d->q->thread())
        , m_number(d->m_runNumber)
    {
    }

    bool isObjectAlive() const { return !m_q.isNull(); }
    /// Whether another start has not begun since.
    bool isLatest() const { return isObjectAlive() && m_d->m_runNumber == m_number; }
    bool goesOn() const { return isLatest() && m_d->state != ChildProcess::NotRunning; }
    /// Whether this code may go on serving the child. After a slot has moved the object, its new
    /// thread does that, perhaps at this very moment.
    bool goesOnHere() const { return goesOn() && m_q->thread() == m_thread; }
    quint64 number() const { return m_number; }

private:
    const QPointer<ChildProcess> m_q;
    ChildProcessPrivate *const m_d;
    const QThread *const m_thread;
    const quint64 m_number;
};

/// Marks a signal as being emitted, so that its slots do not get it recursively. Also ends the mark when
/// a slot throws. The next start has a mark of its own: reset() clears it, and then this leaves it
/// alone.
class ChildProcessPrivate::Emission
{
public:
    Emission(ChildProcessPrivate *d, bool *isEmitting)
        : m_run(d)
        , m_isEmitting(isEmitting)
    {
        *m_isEmitting = true;
    }
    ~Emission()
    {
        if (m_run.isLatest())
            *m_isEmitting = false;
    }
    Emission(const Emission &) = delete;
    Emission &operator=(const Emission &) = delete;

private:
    const Run m_run;
    bool *const m_isEmitting;
};

/// Lets output come without limit as long as a wait goes on: nobody reads meanwhile.
class ChildProcessPrivate::LimitPause
{
public:
    explicit LimitPause(ChildProcessPrivate *d)
        : m_run(d)
        , m_d(d)
    {
        ++m_d->m_limitPauses;
    }
    ~LimitPause()
    {
        if (m_run.isObjectAlive())
            --m_d->m_limitPauses;
    }
    LimitPause(const LimitPause &) = delete;
    LimitPause &operator=(const LimitPause &) = delete;

private:
    const Run m_run;
    ChildProcessPrivate *const m_d;
};

} // namespace ForkFd

#endif
