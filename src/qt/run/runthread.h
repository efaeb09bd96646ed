// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_RUNTHREAD_H
#define FORKFD_QT_RUN_RUNTHREAD_H

#include "qt/exithub.h"
#include "qt/run/futurefinisher.h"
#include "qt/run/runjob.h"

#include "core/base/event.h"
#include "core/base/thisprocess.h"

#include <QtCore/QSemaphore>

#include <atomic>
#include <chrono>
#include <memory>
#include <unordered_map>
#include <vector>

namespace ForkFd::Internal {

/// The thread that serves all programs of run(). It needs no event loop and no application object.
///
/// It starts with the first job, ends when it was idle for a while, and is created again when needed.
/// This object lives as long as the process. At normal exit the thread kills its children and
/// finishes their futures. A forked copy creates its own object and does not touch the parent's, where
/// another thread may have held a lock.
class RunThread final : public OfOneProcess, private HubClient
{
public:
    using Clock = std::chrono::steady_clock;

    /// The object of this process, for a job that was just made. If it cannot take the job, fails the
    /// job and returns null.
    static RunThread *forJob(RunJob &job);
    ~RunThread() override { m_wake.close(); }
    RunThread(const RunThread &) = delete;
    RunThread &operator=(const RunThread &) = delete;

    /// Makes the thread stop all jobs whose future was canceled, and waits for that. Returns false after
    /// a timeout. Waits for a moment even if `end` is over.
    static bool stopCanceledJobs(Clock::time_point end);

    /// Makes the thread read output that waits for RunOptions::maxUndelivered. Any thread.
    static void noteRoom();

    /// Serves a job that has begun, or fails it if there is no thread.
    void add(std::unique_ptr<RunJob> job);
    /// Serves a job that has waited in this thread, and that a deputy has begun.
    void addBegun(RunJob &job);
    /// Whether the process is about to end: do not begin anything.
    bool isLeaving() const noexcept { return m_isLeaving; }
    /// The same for the thread of this process, if there is one.
    static bool isProcessEnding();

private:
    enum Thread { NoThread, HasThread };

    RunThread() = default;
    static RunThread *ofThisProcess();
    static void killAllAtExit();
    /// Jobs are added before the thread is created.
    bool isResting() const { return m_thread == NoThread && !m_waiting.load(); }
    static void push(std::atomic<RunJob *> &stack, RunJob *job) noexcept;
    static RunJob *takeAll(std::atomic<RunJob *> &stack) noexcept;
    static std::unique_ptr<RunJob> takeFirst(RunJob *&list) noexcept;
    void failWaiting(const StartError &error);

    static void threadMain(void *self);
    void serveUntilIdle();
    bool hasNothingToDo();
    bool hasBeenIdle();
    bool givesUpPlace();
    bool openHub();
    int timeToServe();
    void descriptorReady(Role role) override;
    void serveWaiting();
    void take(std::unique_ptr<RunJob> job);
    bool stopCanceled();
    void resumeReading();
    void finishEndedJobs();
    [[noreturn]] void leave();
    static void killAll(std::vector<RunJob *> jobs);

    static OnePerProcess<RunThread> threads;

    ExitEvent m_wake;
    // Set by other threads.
    std::atomic<Thread> m_thread = NoThread;
    std::atomic<RunJob *> m_waiting = nullptr; ///< A stack that is only taken whole.
    std::atomic<RunJob *> m_begun = nullptr; ///< The same for jobs in m_jobs that were begun.
    std::atomic<bool> m_mayBeCanceled = false;
    std::atomic<bool> m_mayHaveRoom = false;
    std::atomic<unsigned> m_wantedLook = 0; ///< The number of requested looks at all futures.
    std::atomic<unsigned> m_lastLook = 0; ///< The last request that was served.
    std::atomic<bool> m_isLeaving = false;
    QSemaphore m_hasLeft;
    // Used only by the thread.
    std::shared_ptr<ExitHub> m_hub;
    ExitHub::Id m_wakeRegistration = 0;
    std::unordered_map<RunJob *, std::unique_ptr<RunJob>> m_jobs;
    std::vector<RunJob *> m_over;
    Clock::time_point m_wasIdleSince; ///< When the last wait began; max() if there was work.
    FutureFinisher m_finisher;
};

} // namespace ForkFd::Internal

#endif
