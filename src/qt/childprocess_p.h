// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_CHILDPROCESS_P_H
#define FORKFD_QT_CHILDPROCESS_P_H

#include "qt/childoutput.h"
#include "qt/childsettings.h"
#include "qt/exithub.h"
#include "qt/log.h"
#include "qt/messages.h"
#include "qt/standardstreams.h"
#include "qt/startrequest.h"

#include "core/base/deadline.h"
#include "core/start/failure.h"
#include "core/start/pendingstart.h"
#include "core/stop/stoppablechild.h"
#include "core/stop/treewatch.h"

#include <ForkFd/childprocess.h>

#include <QtCore/QPointer>

#include <array>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace ForkFd {

/// Calls `last` after `emitSignals`, even if a slot throws.
template<typename Signals, typename Last>
void callAfter(Signals emitSignals, Last last)
{
    try {
        emitSignals();
    } catch (...) {
        last();
        throw;
    }
    last();
}

namespace Internal {

/// How a child ended, and what its tree has used, if that is known.
struct ChildEnd : ExitInfo
{
    ChildEnd() = default;
    explicit ChildEnd(const ExitInfo &info)
        : ExitInfo(info)
    {
    }

    /// Set when `child` no longer has it.
    std::unique_ptr<const ProcessesUsage> treeUsage;
};

} // namespace Internal

/// The state machine behind a ChildProcess.
///
///     NotRunning --start()--> Starting --finishStarting()--> Running --finishEnding()--> NotRunning
///                                 \_________________ a failed start _______________________/
///
/// After the child's end, finishEnding() may have to wait until the output has drained. Meanwhile the
/// state is Running, exitInfo is set and watch is null.
///
/// After start() the state is Starting: the child runs, or its failure is known, or the start is
/// pending (with a modifier, or in the background). While it is pending, only its outcome and the
/// child's end are watched. finishStarting() reports the outcome; the event loop and waits call it
/// before anything else.
///
/// A slot may start the next child, wait, delete the object or move it to another thread. So code that
/// emits a signal holds a Run. If the Run does not go on in this thread after the signal, the code
/// returns at once. After a move called() continues in the new thread.
class ChildProcessPrivate final : private Internal::HubClient
{
public:
    explicit ChildProcessPrivate(ChildProcess *owner)
        : q(owner)
    {
    }
    ~ChildProcessPrivate() override;

    // The start and the end.

    void start(QIODevice::OpenMode mode);
    /// Takes over a start that another thread has begun.
    static void adopt(ChildProcess &object, Internal::PreparedStart &&start);
    /// Returns the process id; -1 after a failure, which has been reported.
    qint64 startDetached();
    /// Reports a start without a program; open() emits no errorOccurred().
    void failWithoutProgram(Internal::StartKind kind, bool emitsError = true);
    void setState(ChildProcess::ProcessState newState);
    /// Forgets the last child and the last failure, and emits the signals for that.
    void forgetLast();
    /// Emits programChanged(). The endText() of a failed start names the program, too.
    void announceProgram();
    /// Whether there is a child whose end is not known, or a pending start.
    bool isUnderWay() const noexcept { return watch || m_pending; }
    /// Whether there is a child or an end to report. A subclass may have set the state NotRunning
    /// before.
    bool isServed() const noexcept
    {
        return state != ChildProcess::NotRunning || isUnderWay() || (exitInfo && !isEndReported);
    }
    QString endText() const;
    /// The lines of describe() that the core does not know.
    QString describeSettings() const;
    QString nameForLog() const { return Internal::Log::nameOf(child.get(), settings.program); }
    std::optional<Internal::ProcessesUsage> usage() const noexcept;
    bool waitForStarted(Internal::Deadline deadline);
    bool waitForFinished(Internal::Deadline deadline);

    // Stopping.

    int sendSignal(int signal) noexcept;
    /// Asks the child to end, without emitting anything.
    void askToEnd() noexcept;
    /// The same, and emits stopStageChanged().
    void stop();
    /// Makes the event loop call called() at the next deadline, if there is one.
    void requestCall();

    // The child's tree.

    /// Begins to watch for the end of the tree, unless treeEnded() was emitted.
    void watchTree();
    bool waitForTreeEnded(Internal::Deadline deadline);
    std::vector<pid_t> remainingProcesses();

    // Waits and input.

    enum WaitOutcome { Done, RunEnded, TimedOut, ObjectGone /* or moved to another thread */ };
    /// Serves this child until `isDone`, the end of the run or the deadline; the deadline sets error().
    WaitOutcome serveUntil(const std::function<bool()> &isDone, Internal::Deadline deadline);
    /// Waits until the outcome of the start is known, without reporting it.
    WaitOutcome awaitOutcome(Internal::Deadline deadline);

    bool canWrite() const noexcept { return !m_closesInputWhenWritten; }
    /// Excludes a VEOF that endInput() has added.
    qint64 bytesToWrite() const noexcept
    {
        return m_hasTypedEndOfFile ? 0 : streams.input.bytes().size();
    }
    bool isWriting() const noexcept { return streams.input.isOpen() && bytesToWrite() > 0; }
    void queueForWriting(const char *data, qint64 size);
    void closeWriteChannel();

    /// Whether a read can take the bytes from the queue of the read channel.
    bool isReadDirectly();
    /// Watches the channel for output again, if it was held back.
    void resumeReading(ChildProcess::ProcessChannel channel);
    /// Makes the event loop of the object's thread call called(), once for any number of requests.
    void callFromEventLoop();
    /// Leaves the hub of the old thread, and continues in the new one.
    void changeThread();

    ChildProcess *const q;

    Internal::ChildSettings settings; ///< For the next child.
    Internal::StandardStreams streams;
    Internal::ChildOutput output{*q, streams};
    Internal::StopSettings stopSettings;

    // The current child, or the last one.
    ChildProcess::ProcessState state = ChildProcess::NotRunning;
    ChildProcess::ProcessError error = ChildProcess::UnknownError;
    Internal::SeldomSet<Internal::StartFailure> failure; ///< The failure of the last start.
    bool isFailureTold = false; ///< Its signals are being emitted, or were emitted.
    Internal::SeldomSet<Internal::ChildEnd> exitInfo; ///< Set when the child's end is known.
    bool isEndTold = false; ///< The user may see exitInfo.
    bool isEndReported = false; ///< The last step, NotRunning and finished(), has begun for exitInfo.
    /// Kept after the end was collected, as long as there may be processes to signal.
    std::shared_ptr<Internal::StoppableChild> child;
    Internal::ExitWatch *watch = nullptr; ///< Owned by `child`; null when the end was collected.
    bool timeLimitExceeded = false;
    Internal::StoppableChild::Method method = Internal::StoppableChild::OneProcess;
    ChildProcess::StopStage stopStage = ChildProcess::StopStage::None;
    qint64 pid = 0; ///< Set after stateChanged(Starting), 0 after stateChanged(NotRunning).
    std::chrono::steady_clock::time_point startTime;
    std::chrono::steady_clock::time_point endTime;
    std::chrono::steady_clock::time_point askTime; ///< Valid in StopStage::Asked and Killed.

    bool isMerged = false; ///< The output of the last child comes in one channel.
    quint64 readCount = 0; ///< Counts data received on the read channel.
    quint64 writeCount = 0; ///< Counts writes to the child's pipe.
    const QByteArray *writtenArray = nullptr; ///< The array that write() passes to writeData().

private:
    class Run;
    class Emission;
    class LimitPause;

    void adopt(Internal::PreparedStart &&start);
    void startNow(QIODevice::OpenMode mode);
    void reset(QIODevice::OpenMode mode);
    void setNumber(qint64 number);
    void announceNumber();
    bool openStreams(QIODevice::OpenMode mode, Internal::ChildEnds &ends);
    void startChild(const Internal::ChildEnds &ends);
    void startInBackground(Internal::ChildEnds ends);
    void failInsideStart();
    void beginStart(QIODevice::OpenMode mode);
    qint64 beginDetached();
    void failAtOnce(Internal::StartKind kind, bool emitsError);
    void noteFailureTold() noexcept;
    void noteFailure(Internal::StartFailure seen);
    void noteStreamFailure(int errorCode);
    bool hasFailedInParent() const noexcept;
    void logOutcome(bool hasHeld) const;
    bool hasFailedToStart() const noexcept { return static_cast<bool>(failure); }
    bool settleStart();
    void noteMethod();
    void finishStarting();
    void announceStart();
    void emitStarted();
    void becomeRunning();
    void announceExitCode();
    void announceResult(const Run &run);
    void finishFailedStart();
    QString textOfFailedStart() const;
    QString textForFailedStart() const;
    void emitEnded(const Run &run);
    void reportError(ChildProcess::ProcessError newError, const QString &text);
    void reportErrorOf(quint64 run, ChildProcess::ProcessError newError, const QString &text);

    void killAtDestruction();
    void warnOfDestruction() const;
    void letGoOfChild() noexcept;
    int killStart() noexcept;
    void killStartAtDestruction() noexcept;
    Internal::Deadline timeLimitDeadline() const;
    void enforceTimeLimit();
    void stopAtTimeLimit();
    void announceTimeout(const Run &run);
    void serveStop();
    void followKill();
    void noteKillAtEnd();
    void setStopStage(ChildProcess::StopStage stage);
    void announceStopStage();

    void descriptorReady(Role role) override;
    void called() override;
    void eventLoopEnded() override { postCall(); }
    void serve(Role role);
    bool isServable(Role role) noexcept;
    bool hasEnded() noexcept;
    int descriptorOf(Role role) noexcept;
    Internal::Channel *channelOf(Role role) noexcept;
    Internal::ExitHub::Id *registrationOf(Role role) noexcept;
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
    bool collectLeader();
    void letGoUnlessReached() noexcept;
    void keepUsage() noexcept;
    void serveReady(const std::function<bool()> &isDone, Internal::Deadline deadline);
    Internal::Deadline nextDeadline() const;
    int timeToNextDeadline(Internal::Deadline deadline) const;
    WaitOutcome timeOut();
    static WaitOutcome outcomeOf(const Run &run);
    void retryLater();
    void finishEnding();
    bool announceWhatIsDue(const Run &run);
    void announceEnd(const Run &run);

    struct TreeEnd;
    bool isTreeEndWanted() const;
    void beginTree();
    void endTree(const Run &run);
    void serveTree();
    void tellTreeEnd();
    void dropTree() noexcept;
    bool awaitTree(const Run &run, Internal::Deadline deadline);
    void walkTree() noexcept;
    int signalWatchedTree(int signal) noexcept;

    void receive(Role role);
    void endOutput(Role role, bool hasFailed = false);
    void reportReadError(const Run &run);
    void watchPipes();
    void shrinkIdlePipes();
    void announceData(ChildProcess::ProcessChannel channel);
    void announceDataDue(const Run &run);
    void announceChannel(ChildProcess::ProcessChannel channel);
    void announceLastData(ChildProcess::ProcessChannel channel);
    bool isEndDue() noexcept;

    void watchAll();
    Internal::PollSet::Interest interestIn(Role role) noexcept;
    short eventsOf(Role role) noexcept;
    void watchDescriptor(Role role);
    void unwatch(Role role) noexcept;
    void unwatchChild() noexcept;
    void postCall();
    void leaveHub() noexcept;

    std::shared_ptr<Internal::ExitHub> m_hub;
    std::array<Internal::ExitHub::Id, 5> m_registrations = {}; ///< Indexed by role, without Tree.
    std::unique_ptr<TreeEnd> m_tree; ///< While the end of the tree is awaited.
    std::unique_ptr<Internal::PendingStart> m_pending; ///< Null when the outcome of the start is known.
    std::weak_ptr<void> m_posted; ///< Expires when the event is delivered or discarded.
    Internal::RetryDelay m_retryDelay;
    Internal::Deadline m_retry; ///< A child that cannot be collected yet is not watched until then.
    int m_announcedExitCode = 0;
    bool m_isResultTold = false; ///< The last resultChanged() was for an end, a failure or a time limit.
    Internal::StandardStreams::Failure m_streamFailure = Internal::StandardStreams::None;
    bool m_isErrorTold = false; ///< The error of a failed start was emitted before NotRunning.
    bool m_isEndOwed = false; ///< A waitForFinished() timed out; the next call reports the end.
    bool m_hasTerminal = false; ///< The child was started with a pseudo-terminal.
    /// None: no child has started. Alive: ended() is to come. Left: some processes may be left. Over:
    /// treeEnded() was emitted.
    enum TreePhase : unsigned char { None, Alive, Left, Over } m_treePhase = None;
    bool m_isStopping = false;
    bool m_isKillUntold = false; ///< The child has ended by the keeper's SIGKILL.
    ChildProcess::StopStage m_announcedStage = ChildProcess::StopStage::None;
    Internal::Deadline m_killLook; ///< In StopStage::Asked: when to look whether it was killed.
    Internal::RetryDelay m_killLookDelay;
    bool m_isStopDue = false; ///< The time limit is over: errorOccurred(Timedout) and stop() follow.
    bool m_isTimeoutUntold = false; ///< That errorOccurred(Timedout) was not emitted yet.
    bool m_isStartedDue = false; ///< The state is Running, but started() was not emitted yet.
    bool m_closesInputWhenWritten = false;
    bool m_hasTypedEndOfFile = false; ///< Only a VEOF is left to be written.
    bool m_isEmittingReadyRead = false;
    /// Which signals of a channel are still to be emitted: both, or only the named one, which is
    /// readyReadStandardOutput() or readyReadStandardError().
    enum class DataDue : quint8 { None, OnlyNamed, Both };
    std::array<DataDue, 2> m_dataDue = {};
    bool m_isEmittingBytesWritten = false;
    Internal::Deadline m_pipeLook = Internal::Deadline::forever(); ///< When to look for idle pipes.
    quint64 m_runNumber = 0;
};

/// The watch for the end of a child's tree, and its place in the hub.
struct ChildProcessPrivate::TreeEnd
{
    TreeEnd(std::shared_ptr<Internal::StoppableChild> child, bool hasEnded)
        : watch(std::move(child), hasEnded)
    {
    }

    Internal::TreeWatch watch;
    Internal::ExitHub::Id registration = 0;
};

/// Identifies one run of a child to code that emits signals.
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
    /// Whether no other start has begun since then.
    bool isLatest() const { return isObjectAlive() && m_d->m_runNumber == m_number; }
    bool goesOn() const { return isLatest() && m_d->isServed(); }
    /// Whether this code may touch the object. If a slot has moved it, the new thread may use it at this
    /// moment.
    bool isHere() const { return isObjectAlive() && m_q->thread() == m_thread; }
    /// Whether this code may continue to serve the child.
    bool goesOnHere() const { return goesOn() && isHere(); }
    quint64 number() const { return m_number; }

private:
    const QPointer<ChildProcess> m_q;
    ChildProcessPrivate *const m_d;
    const QThread *const m_thread;
    const quint64 m_number;
};

/// Marks a signal as being emitted, so that slots do not cause it recursively. Clears the mark even if a
/// slot throws. It does not touch the mark of the next run, which reset() has cleared, nor the mark
/// after a move to another thread, which changeThread() has cleared.
class ChildProcessPrivate::Emission
{
public:
    /// `run` is the current one, and outlives this object, as for LimitPause.
    Emission(const Run &run, bool *isEmitting)
        : m_run(run)
        , m_isEmitting(isEmitting)
    {
        *m_isEmitting = true;
    }
    ~Emission()
    {
        if (m_run.goesOnHere())
            *m_isEmitting = false;
    }
    Emission(const Emission &) = delete;
    Emission &operator=(const Emission &) = delete;

private:
    const Run &m_run;
    bool *const m_isEmitting;
};

/// Suspends readBufferSize during a wait, because the program cannot read during the wait. If a slot
/// moves the object to another thread, changeThread() ends this.
class ChildProcessPrivate::LimitPause
{
public:
    LimitPause(const Run &run, ChildProcessPrivate *d)
        : m_run(run)
        , m_d(d)
    {
        ++m_d->output.limitPauses;
    }
    ~LimitPause()
    {
        if (m_run.isHere() && m_d->output.limitPauses > 0)
            --m_d->output.limitPauses;
    }
    LimitPause(const LimitPause &) = delete;
    LimitPause &operator=(const LimitPause &) = delete;

private:
    const Run &m_run;
    ChildProcessPrivate *const m_d;
};

} // namespace ForkFd

#endif
