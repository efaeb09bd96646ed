// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_RUNQUEUE_H
#define FORKFD_RUNQUEUE_H

#include <ForkFd/run.h>

#include <QtCore/QThread>

#include <chrono>
#include <memory>

namespace ForkFd {

class RunQueuePrivate;

/// Runs programs as run() does, but only some of them at the same time; the others wait for their turn.
///
/// \code
/// ForkFd::RunQueue m_queue; // A member: the destructor cancels the programs.
/// // …
/// for (const QString &file : files)
///     m_queue.run("gzip", {file}).then(this, [this](const RunResult &result) { note(result); });
/// \endcode
///
/// Threads: all functions may be called from any thread, except the destructor, which must be the last.
/// None needs an event loop or an application object. Only waitForDone() waits for programs.
///
/// The destructor cancels all programs and does not wait for them. In a process created by fork() the
/// copy of a queue is empty and has the same limit.
/// \since 0.1 \ingroup running
class FORKFD_EXPORT RunQueue
{
public:
    /// Creates a queue that runs at most `maxInFlight` programs at the same time.
    explicit RunQueue(int maxInFlight = QThread::idealThreadCount());
    /// Calls cancelAll().
    ~RunQueue();
    RunQueue(const RunQueue &) = delete;
    RunQueue &operator=(const RunQueue &) = delete;

    /// Runs a program as soon as its turn comes, and returns a future for its result. Programs with a
    /// higher `priority` come first; programs with the same priority keep the order of the calls.
    [[nodiscard]] QFuture<RunResult> run(const QString &program, const QStringList &arguments = {},
                                         const RunOptions &options = {}, int priority = 0);

    /// Returns how many programs may run at the same time.
    int maxInFlight() const;
    /// Sets how many programs may run at the same time; a number below 1 counts as 1.
    void setMaxInFlight(int count);
    /// Returns how many programs wait for their turn.
    int pendingCount() const;
    /// Returns how many programs are starting or running.
    int runningCount() const;

    /// Cancels the futures of all programs: those that wait are not started, the others are stopped.
    void cancelAll();
    /// Blocks for `timeout` at most (negative: no limit, 0: only checks) until all futures of this queue
    /// are finished. Returns whether they are.
    bool waitForDone(std::chrono::milliseconds timeout = std::chrono::milliseconds(-1));

private:
    std::unique_ptr<RunQueuePrivate> const d;
};

} // namespace ForkFd

#endif
