// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/runqueue.h>

#include "qt/run/queuecore.h"
#include "qt/run/runjob.h"
#include "qt/run/runthread.h"

#include "core/base/signals.h"
#include "core/base/thisprocess.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

namespace ForkFd {

using namespace Internal;

/// In a forked copy of the process it makes a new core, because the mutex of the parent's core may be
/// locked for ever.
class RunQueuePrivate
{
public:
    explicit RunQueuePrivate(int count)
        : m_maxInFlight(std::make_shared<std::atomic<int>>(std::max(1, count)))
    {
    }
    ~RunQueuePrivate() { delete m_cores.find(); }
    RunQueuePrivate(const RunQueuePrivate &) = delete;
    RunQueuePrivate &operator=(const RunQueuePrivate &) = delete;

    QueueCore *find() const noexcept
    {
        const Core *known = m_cores.find();
        return known ? known->core.get() : nullptr;
    }
    QueueCore &findOrMake()
    {
        return *m_cores.findOrMake([this] { return std::make_unique<Core>(m_maxInFlight); })->core;
    }

    int maxInFlight() const noexcept { return *m_maxInFlight; }
    void setMaxInFlight(int count) noexcept { *m_maxInFlight = std::max(1, count); }

private:
    struct Core : OfOneProcess
    {
        explicit Core(QueueCore::Limit limit)
            : core(std::make_shared<QueueCore>(std::move(limit)))
        {
        }
        const std::shared_ptr<QueueCore> core;
    };

    const std::shared_ptr<std::atomic<int>> m_maxInFlight;
    OnePerProcess<Core> m_cores;
};

/// A number below 1 counts as 1. A queue without programs has no thread, descriptor or lock.
/// **Errors:** none. \since 0.1
RunQueue::RunQueue(int maxInFlight)
    : d(std::make_unique<RunQueuePrivate>(maxInFlight))
{
}

/// Does not block. Programs that wait are not started. Programs that are running are stopped in the
/// background, with the grace of their options; see ChildProcess::waitForStopped(). Until they have
/// ended, the functions in their options are still called. No other thread may still be using the queue.
/// \since 0.1
RunQueue::~RunQueue()
{
    cancelAll();
}

/// Works as ForkFd::run(), with these differences:
///
/// The program starts at once if fewer than maxInFlight() programs of this queue are running and none is
/// waiting. Otherwise it starts when others have ended. A program that continues after its future was
/// canceled keeps its place until it has ended. A continuation that blocks takes no place.
///
/// `priority` is any number, as in QThreadPool. A program that has begun to start does not give up its
/// place for one of a higher priority.
///
/// RunOptions::timeLimit and RunResult::elapsedTime count from the moment when the program's turn comes.
///
/// A program that waits starts with the environment, PATH, signal mask, current directory and
/// descriptors of this call, and with the attributes that the calling thread has now: identity,
/// capabilities, security label, personality, processors, scheduling, namespaces, cgroup. It never has
/// more rights than the calling thread has now. If the thread restricts itself by Landlock, which the
/// library cannot notice, and then calls this function again, its earlier programs that still wait are
/// restricted, too. Attributes of the whole process, such as resource limits, are those at the start of
/// the program. For this the library has one sleeping thread for each calling thread with waiting
/// programs; without /proc, it has one for each waiting program. A waiting program needs about 3 KB of
/// memory, and no descriptor except duplicates of those in `launchOptions`. But a call whose current
/// directory or environment differs from that of the call before keeps its own copy: one descriptor for
/// the directory, and all variables.
///
/// Cancelling the future of a program that waits finishes the future within a moment, and nothing is
/// started.
///
/// Any thread. Never blocks, except as ForkFd::run() may. Programs that wait when the process exits
/// normally are not started. Queues share nothing: each has its own limit.
///
/// **Errors**, in RunResult::startError: those of ForkFd::run(). For a program that has to wait, step
/// `clone` may also mean that the sleeping thread could not be created, and `descriptors` or
/// `fileDescriptors` that a descriptor could not be duplicated. Such a future is finished at once.
/// \since 0.1
QFuture<RunResult> RunQueue::run(const QString &program, const QStringList &arguments,
                                 const RunOptions &options, int priority)
{
    const CancellationBlocker blocker;
    auto job = std::make_unique<RunJob>(program, arguments, options);
    QFuture<RunResult> future = job->future();
    if (RunThread *thread = RunThread::forJob(*job))
        d->findOrMake().submit(std::move(job), *thread, priority);
    return future;
}

/// At least 1. \since 0.1
int RunQueue::maxInFlight() const
{
    return d->maxInFlight();
}

/// With a higher number, programs that wait start at once. With a lower one, running programs continue.
/// **Errors:** none. \since 0.1
void RunQueue::setMaxInFlight(int count)
{
    d->setMaxInFlight(count);
    if (QueueCore *core = d->find())
        core->lookAtLimit();
}

/// Includes canceled programs whose futures are not finished yet. Other threads may change the number at
/// any time. \since 0.1
int RunQueue::pendingCount() const
{
    const QueueCore *core = d->find();
    return core ? core->pendingCount() : 0;
}

/// At most the highest maxInFlight() so far. Other threads may change the number at any time. \since 0.1
int RunQueue::runningCount() const
{
    const QueueCore *core = d->find();
    return core ? core->runningCount() : 0;
}

/// Does not block; waitForDone() waits for the ends. Programs that are submitted later are not affected.
/// **Errors:** none. \since 0.1
void RunQueue::cancelAll()
{
    if (QueueCore *core = d->find())
        core->cancelAll();
}

/// Blocks for `timeout` at most; a negative value means no limit, 0 only checks. Returns true if no
/// program waits or runs, and all futures that run() has returned are finished; their continuations may
/// still run. A continuation may call this function. In RunOptions::onOutput and onLine without a
/// context it waits for ever, because the future of that program is finished only after they have
/// returned. At exit(3) it returns false without waiting once the library has killed the programs. The
/// destructor of a static object that was made after the first call of run() comes before that: call
/// cancelAll() there first.
///
/// Not a cancellation point. **Errors:** returns false after a timeout, or if the process is ending.
/// \since 0.1
bool RunQueue::waitForDone(std::chrono::milliseconds timeout)
{
    const CancellationBlocker blocker;
    QueueCore *core = d->find();
    return !core || core->waitForDone(Deadline::unlessNegative(timeout));
}

} // namespace ForkFd
