// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_RUNTHREAD_H
#define FORKFD_QT_RUN_RUNTHREAD_H

#include "qt/exithub.h"
#include "qt/run/futurefinisher.h"
#include "qt/run/runjob.h"

#include "core/base/event.h"
#include "core/base/oneperprocess.h"

#include <QtCore/QSemaphore>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace ForkFd::Internal {

/// The thread on which run() runs programs. It has no event loop and needs no application object.
///
/// It starts with the first job, ends when it has had nothing to do for a while, and is made anew when
/// needed. This object lives as long as the process. At normal exit it kills its children and does
/// nothing more. A forked copy makes a thread of its own, and leaves its parent's object alone: nothing
/// is locked there that another thread may have held.
class RunThread final : public OfOneProcess, private HubClient
{
public:
    using Clock = std::chrono::steady_clock;

    /// Null with errno when there is no descriptor to be had.
    static RunThread *ofThisProcess();
    ~RunThread() { m_wake.close(); }
    RunThread(const RunThread &) = delete;
    RunThread &operator=(const RunThread &) = delete;

    /// Has the thread stop every job whose future was canceled, and waits until it has. False when that
    /// takes longer; for this one moment it waits although `end` may be over.
    static bool stopCanceledJobs(Clock::time_point end);

    /// Serves a job that has begun, or makes it fail if there is no thread.
    void add(std::unique_ptr<RunJob> job);
    /// Whether the process is about to end: nothing must be begun any more.
    bool isLeaving() const noexcept { return m_isLeaving; }

private:
    using Deadlines = std::multimap<Clock::time_point, RunJob *>;
    enum Thread { NoThread, HasThread };
    struct Entry
    {
        std::unique_ptr<RunJob> job;
        Deadlines::iterator deadline; ///< The end where there is none.
    };

    RunThread() = default;
    static void killAllAtExit();
    /// Jobs are added before there is a thread for them.
    bool isResting() const { return m_thread == NoThread && !m_waiting.load(); }
    std::vector<std::unique_ptr<RunJob>> takeWaiting();
    void failWaiting(const StartError &error);

    static void threadMain(void *self);
    void serveUntilIdle();
    bool hasNothingToDo();
    bool hasBeenIdle();
    bool givesUpPlace();
    bool openHub();
    int timeToNextDeadline();
    void descriptorReady(Role role) override;
    void serveWaiting();
    void serve(std::unique_ptr<RunJob> job);
    void stopCanceled();
    void enforceTimeLimits();
    void finishThoseThatAreOver();
    [[noreturn]] void leave();

    static OnePerProcess<RunThread> threads;

    ExitEvent m_wake;
    // What other threads set.
    std::atomic<Thread> m_thread = NoThread;
    std::atomic<RunJob *> m_waiting = nullptr; ///< A stack, only ever taken whole.
    std::atomic<bool> m_mayBeCanceled = false;
    std::atomic<unsigned> m_wantedLook = 0; ///< At all futures; counts those that were asked for.
    std::atomic<unsigned> m_lastLook = 0; ///< The one that the thread has done.
    std::atomic<bool> m_isLeaving = false;
    QSemaphore m_hasLeft;
    // What the thread alone uses.
    std::shared_ptr<ExitHub> m_hub;
    ExitHub::Id m_wakeRegistration = 0;
    std::unordered_map<RunJob *, Entry> m_jobs;
    Deadlines m_deadlines;
    std::vector<RunJob *> m_over;
    Clock::time_point m_wasIdleSince; ///< The last wait began then; the end of time if there was work.
    FutureFinisher m_finisher;
};

} // namespace ForkFd::Internal

#endif
