// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/runthread.h"

#include "qt/run/postdetector.h"

#include "core/base/exithandler.h"
#include "core/base/librarythread.h"
#include "core/base/signals.h"
#include "core/base/wait.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QEvent>
#include <QtCore/QThread>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <poll.h>

namespace ForkFd::Internal {

namespace {

constexpr std::chrono::milliseconds exitPatience(5000);
constexpr std::chrono::milliseconds finisherLook(20); // While the process exits.
constexpr std::chrono::milliseconds lookPatience(1000); // It takes microseconds; more on a busy machine.

thread_local bool isRunThread = false;

} // namespace

OnePerProcess<RunThread> RunThread::threads;

RunThread *RunThread::forJob(RunJob &job)
{
    RunThread *thread = ofThisProcess();
    if (thread && !thread->isLeaving())
        return thread;
    job.failNow(thread ? StartError{"clone", EAGAIN} : StartError{"descriptors", errno});
    return nullptr;
}

// Null with errno if there is no descriptor.
RunThread *RunThread::ofThisProcess()
{
    return threads.findOrMake([] {
        std::unique_ptr<RunThread> fresh(new RunThread);
        if (!fresh->m_wake.open(ExitEvent::Private)) {
            const int errorCode = errno;
            fresh.reset();
            errno = errorCode;
        } else {
            callAtExit(killAllAtExit); // A forked copy inherits this.
        }
        return fresh;
    });
}

// Release: a thread that takes the stack sees the whole job.
void RunThread::push(std::atomic<RunJob *> &stack, RunJob *job) noexcept
{
    job->nextInThread = stack.load(std::memory_order_relaxed);
    while (!stack.compare_exchange_weak(job->nextInThread, job)) { }
}

// In the order in which they were pushed, linked by nextInThread.
RunJob *RunThread::takeAll(std::atomic<RunJob *> &stack) noexcept
{
    RunJob *first = nullptr;
    for (RunJob *job = stack.exchange(nullptr); job;) {
        RunJob *const next = std::exchange(job->nextInThread, first);
        first = std::exchange(job, next);
    }
    return first;
}

// The thread exists, because it has the job.
void RunThread::addBegun(RunJob &job)
{
    push(m_begun, &job);
    while (!m_wake.set()) // A filter may refuse write(2) for this thread.
        pauseFor(std::chrono::milliseconds(10));
}

void RunThread::add(std::unique_ptr<RunJob> job)
{
    push(m_waiting, job.release());
    Thread none = NoThread;
    int errorCode = m_isLeaving ? EAGAIN : 0;
    if (errorCode == 0 && m_thread.compare_exchange_strong(none, HasThread)) {
        errorCode = startLibraryThread("forkfd-run", threadMain, this, LibraryStack::userCode);
        // First give up the place, then fail the jobs: a thread that adds a job later tries again, and
        // jobs added earlier are found here.
        if (errorCode != 0)
            m_thread = NoThread;
    }
    if (errorCode != 0) {
        failWaiting({"clone", errorCode});
    } else if (!m_wake.set()) { // A filter that was installed later refuses write(2).
        failWaiting({"descriptors", errno});
    }
}

// The caller takes one job after another, and has the rest in `list`.
std::unique_ptr<RunJob> RunThread::takeFirst(RunJob *&list) noexcept
{
    RunJob *const job = list;
    list = job->nextInThread;
    return std::unique_ptr<RunJob>(job);
}

// All get their results before the first continuation runs, which may wait for one of them.
void RunThread::failWaiting(const StartError &error)
{
    RunJob *list = takeAll(m_waiting);
    for (RunJob *job = list; job; job = job->nextInThread)
        job->fail(error);
    while (list)
        takeFirst(list)->finishFuture();
}

bool RunThread::isProcessEnding()
{
    const RunThread *thread = threads.find();
    return thread && thread->isLeaving();
}

// Runs in the thread that ends the process. The wait has a limit, so that the process always ends.
void RunThread::killAllAtExit()
{
    const CancellationBlocker blocker;
    RunThread *thread = threads.find();
    if (!thread || thread->m_isLeaving.exchange(true))
        return;
    if (isRunThread || thread->m_thread == NoThread)
        return;
    thread->m_wake.set();
    thread->m_hasLeft.tryAcquire(1, static_cast<int>(exitPatience.count()));
}

void RunThread::threadMain(void *self)
{
    isRunThread = true;
    static_cast<RunThread *>(self)->serveUntilIdle();
}

void RunThread::serveUntilIdle()
{
    if (m_hub) // Left by the previous thread.
        ExitHub::continueInThisThread(m_hub);
    QThread::currentThread()->setEventDispatcher(new PostDetector([this] {
        m_mayBeCanceled = true;
        m_wake.set();
    }));
    SignalGate gate;
    do {
        const int idleTime = hasNothingToDo() ? static_cast<int>(libraryThreadIdleTime.count()) : -1;
        m_wasIdleSince = idleTime > 0 ? Clock::now() : Clock::time_point::max();
        const bool hasHub = openHub();
        if (hasHub)
            m_hub->serve(idleTime > 0 ? idleTime : gate.timeout(timeToServe()));
        if (m_isLeaving)
            leave();
        const unsigned wantedLook = m_wantedLook;
        if (hasHub)
            serveWaiting();
        if (!m_mayBeCanceled.exchange(false) || stopCanceled())
            m_lastLook = wantedLook;
        else
            m_mayBeCanceled = true; // Until the deputy has begun the job; it wakes this thread up then.
        resumeReading();
        finishEndedJobs();
        m_finisher.helpIfStuck();
        gate.look();
    } while (!hasBeenIdle() || !givesUpPlace());
}

// A job may wait although its wake-up was cleared: openHub() clears it when there is no hub.
bool RunThread::hasNothingToDo()
{
    return m_jobs.empty() && !m_waiting.load(std::memory_order_relaxed) && m_finisher.timeToHelp() < 0;
}

bool RunThread::hasBeenIdle()
{
    return hasNothingToDo() && m_wasIdleSince <= Clock::now() - libraryThreadIdleTime;
}

// Gives up the place unless there is work. A thread that adds a job, or ends the process, first writes
// that and then reads the place. This thread writes the place and then reads the work. All four accesses
// are sequentially consistent, so that at least one of the two threads sees the other.
bool RunThread::givesUpPlace()
{
    m_thread = NoThread;
    Thread none = NoThread;
    if (m_waiting.load() && m_thread.compare_exchange_strong(none, HasThread))
        return false;
    if (m_isLeaving)
        m_hasLeft.release(); // The exit may wait for this thread.
    return true;
}

// Without a hub, fails the waiting jobs and waits for the next job.
bool RunThread::openHub()
{
    if (m_hub)
        return true;
    if (const auto hub = ExitHub::forThreadWithoutEventLoop()) {
        m_wakeRegistration = hub->add(m_wake.readable, PollSet::Readable, this, Role::Wake);
        m_hub = hub; // Last: add() may throw.
        return true;
    }
    const StartError error = {"descriptors", errno};
    // Not finished here: a continuation may block.
    for (RunJob *list = takeAll(m_waiting); list;) {
        std::unique_ptr<RunJob> job = takeFirst(list);
        job->fail(error);
        RunJob::finishSoon(std::move(job), m_finisher);
    }
    m_wasIdleSince = Clock::now();
    pollfd wake = {m_wake.readable, POLLIN, 0};
    pollDescriptors(&wake, 1, static_cast<int>(libraryThreadIdleTime.count()));
    m_wake.clear();
    return false;
}

int RunThread::timeToServe()
{
    const bool hasWork =
        m_waiting.load(std::memory_order_relaxed) || m_begun.load(std::memory_order_relaxed);
    return hasWork ? 0 : m_finisher.timeToHelp();
}

void RunThread::descriptorReady(Role)
{
    m_wake.clear();
}

void RunThread::serveWaiting()
{
    for (RunJob *list = takeAll(m_waiting); list;)
        take(takeFirst(list));
    for (RunJob *list = takeAll(m_begun); list;)
        std::exchange(list, list->nextInThread)->serve();
}

void RunThread::take(std::unique_ptr<RunJob> job)
{
    RunJob *const taken = job.get();
    m_jobs.emplace(taken, std::move(job));
    taken->take([this, taken] { m_over.push_back(taken); }, m_finisher);
}

void RunThread::noteRoom()
{
    RunThread *const thread = threads.find();
    if (thread && !thread->m_mayHaveRoom.exchange(true))
        thread->m_wake.set();
}

void RunThread::resumeReading()
{
    if (!m_mayHaveRoom.exchange(false))
        return;
    for (const auto &[job, owner] : m_jobs)
        job->resumeReading();
}

// Returns false if a job was not reached yet. Removes the events of all watchers at once: the user's
// future may report many other things, and may be that of many jobs.
bool RunThread::stopCanceled()
{
    QCoreApplication::removePostedEvents(nullptr, QEvent::FutureCallOut); // In this thread.
    bool areReached = true;
    for (const auto &[job, owner] : m_jobs)
        areReached = job->stopIfWanted() && areReached;
    return areReached;
}

bool RunThread::stopCanceledJobs(Clock::time_point end)
{
    RunThread *const thread = threads.find();
    if (!thread || thread->isResting())
        return true;
    if (isRunThread) {
        thread->stopCanceled();
        return true;
    }
    const unsigned look = ++thread->m_wantedLook;
    thread->m_mayBeCanceled = true;
    thread->m_wake.set();
    const auto isDone = [&] {
        return static_cast<int>(thread->m_lastLook - look) >= 0 || thread->isResting()
            || thread->m_isLeaving;
    };
    // Even with an expired `end`: without the look, the result would be unknown.
    if (end <= Clock::now())
        end = Clock::now() + lookPatience;
    for (; !isDone(); pauseFor(std::chrono::milliseconds(1))) {
        if (Clock::now() >= end)
            return false;
    }
    return true;
}

void RunThread::finishEndedJobs()
{
    for (RunJob *job : std::exchange(m_over, {})) {
        auto entry = m_jobs.extract(job);
        RunJob::finish(std::move(entry.mapped()), m_finisher);
    }
}

// Threads of the program may wait for the futures, and the exit may wait for those threads. Other parts
// of the process are destroyed after this, so from then on this thread touches only the threads that
// finish futures.
void RunThread::leave()
{
    std::vector<RunJob *> jobs;
    for (const auto &[job, owner] : m_jobs)
        jobs.push_back(job);
    for (RunJob *list = takeAll(m_waiting); list; list = list->nextInThread)
        jobs.push_back(list);
    killAll(jobs);
    for (const RunJob *job : jobs)
        job->abandon(m_finisher);
    m_hasLeft.release();
    for (;; pauseFor(finisherLook))
        m_finisher.helpIfStuck();
}

// A child that is just being created is reached within a moment.
void RunThread::killAll(std::vector<RunJob *> jobs)
{
    const auto isReached = [](RunJob *job) { return job->kill(); };
    for (int i = 0; i < 100; ++i) {
        jobs.erase(std::remove_if(jobs.begin(), jobs.end(), isReached), jobs.end());
        if (jobs.empty())
            break;
        pauseFor(std::chrono::milliseconds(1));
    }
}

} // namespace ForkFd::Internal
