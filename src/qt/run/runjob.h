// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_RUNJOB_H
#define FORKFD_QT_RUN_RUNJOB_H

#include "qt/run/futurefinisher.h"
#include "qt/run/outputdelivery.h"
#include "qt/run/queueentry.h"
#include "qt/run/runpromise.h"
#include "qt/run/treewait.h"
#include "qt/startrequest.h"

#include "core/start/descriptorlist.h"

#include <QtCore/QFutureWatcher>

#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace ForkFd::Internal {

/// A program that run() starts: created and begun in the caller's thread, then served by RunThread.
///
/// States: made → begun → served → over. A job of a RunQueue may have to wait first: made → kept for
/// later → waits in RunThread → begun by a deputy → served → over.
class RunJob
{
public:
    RunJob(QString program, QStringList arguments, RunOptions options);
    RunJob(const RunJob &) = delete;
    RunJob &operator=(const RunJob &) = delete;

    QFuture<RunResult> future() { return m_promise.future(); }
    RunPromise promise() const { return m_promise; }
    /// Makes this a job of a queue, which learns when the job is over.
    void setEntry(std::shared_ptr<QueueEntry> entry) { m_entry = std::move(entry); }
    /// A copy of RunOptions::stopWhen.
    std::optional<QFuture<void>> stopWhen() const { return m_options.stopWhen; }
    /// Checks the options, and keeps what begin() will need from the calling thread.
    [[nodiscard]] StartError keepOptions();
    void setSurroundings(std::shared_ptr<const Surroundings> surroundings)
    {
        m_surroundings = std::move(surroundings);
    }
    /// Says in the log that the job waits for its turn.
    void logWait() const;
    /// Begins the start in a new thread, which inherits from the calling thread.
    void begin();
    /// Call this if begin() has thrown: the start has failed.
    void noteLackOfMemory();
    /// Gives up a job that is not served yet, and sets the result. The future is to be finished.
    void fail(const StartError &error);
    /// Finishes the future, whose result is set. Runs the continuations in the calling thread.
    void finishFuture();
    /// fail() and finishFuture().
    void failNow(const StartError &error);

    /// The calling thread owns the job from now on. `onOver` is called once, when the child has ended,
    /// or the start has failed or was given up; it must not delete the job.
    void take(std::function<void()> onOver, FutureFinisher &finisher);
    /// Serves a job that has begun, in the thread that has taken it.
    void serve();
    /// Stops the job if its future was canceled, or RunOptions::stopWhen is finished. Returns false if a
    /// deputy is just beginning it; serve() will look again.
    bool stopIfWanted();
    /// Reads output that was left because of RunOptions::maxUndelivered.
    void resumeReading();
    /// Returns false if the child was not reached yet; a later call may reach it.
    bool kill();
    /// For the end of the process, after kill(): leaves the end of the future to `finisher`. Unless the
    /// job is over, the future is canceled with a result that says little.
    void abandon(FutureFinisher &finisher) const;
    /// Destroys the ChildProcess of a job that is over, frees the place in the queue, sets the result,
    /// and calls finishSoon().
    static void finish(std::unique_ptr<RunJob> job, FutureFinisher &finisher);
    /// Leaves the end of the future to `finisher`; the result is set. One of its threads then destroys
    /// the job, because that may run user code.
    static void finishSoon(std::unique_ptr<RunJob> job, FutureFinisher &finisher);

    RunJob *nextInThread = nullptr; ///< Links the jobs that wait for the thread; needs no allocation.

private:
    bool isStopWanted() const;
    template<typename Watcher, typename Future>
    static void watch(std::optional<Watcher> &watcher, const Future &future);
    bool isWaiting() const noexcept { return m_entry && m_entry->isWaiting(); }
    void leaveQueue();
    void finishLater(FutureFinisher &finisher, std::function<void()> end) const;
    void setUp();
    void end();
    void endTree();
    bool deliversOutput() const;
    void receive(ChildProcess::ProcessChannel channel);
    void takeOutput(ChildProcess::ProcessChannel channel);
    std::string programName() const;
    void keepResult();

    const QString m_program;
    const QStringList m_arguments;
    RunOptions m_options; ///< Without the functions, which m_delivery has.
    const std::shared_ptr<OutputDelivery> m_delivery; ///< Null without functions.
    RunPromise m_promise;
    RunResult m_result;
    std::function<void()> m_onOver;
    std::shared_ptr<QueueEntry> m_entry; ///< Null without a queue, and when the queue was left.
    std::shared_ptr<QueueEntry> m_leftEntry; ///< After that.
    std::shared_ptr<const Surroundings> m_surroundings; ///< Null if begin() takes the current ones.
    DescriptorList m_kept; ///< Duplicates for begin().
    std::optional<PreparedStart> m_start; ///< Until the job is served.
    Deadline m_timeLimit = Deadline::forever();
    std::optional<ChildProcess> m_child;
    /// Gets an event when the future is canceled; see PostDetector.
    std::optional<QFutureWatcher<RunResult>> m_watcher;
    std::optional<QFutureWatcher<void>> m_stopWatcher; ///< The same for RunOptions::stopWhen.
    std::unique_ptr<TreeWait> m_treeWait; ///< When the child has ended and has left others behind.
    bool m_isCut = false; ///< Some output was not kept.
    bool m_isStopped = false;
    bool m_isOver = false;
};

} // namespace ForkFd::Internal

#endif
