// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_RUNJOB_H
#define FORKFD_QT_RUN_RUNJOB_H

#include "qt/run/futurefinisher.h"
#include "qt/startrequest.h"

#include <QtCore/QFutureWatcher>

#include <csignal>
#include <functional>
#include <optional>

namespace ForkFd::Internal {

/// A program that run() starts: created and begun in the caller's thread, then served by RunThread.
///
/// States: made → begun → served → over.
class RunJob
{
public:
    RunJob(QString program, QStringList arguments, RunOptions options);
    RunJob(const RunJob &) = delete;
    RunJob &operator=(const RunJob &) = delete;

    QFuture<RunResult> future() { return m_promise.future(); }
    /// Begins the start in a new thread, which inherits from the calling thread.
    void begin();
    /// Gives up a job that is not served yet, and returns the promise to finish.
    [[nodiscard]] RunPromise fail(const StartError &error);

    /// Serves the job in the calling thread. Calls `onOver` once, when the child has ended or the start
    /// has failed; `onOver` must not delete the job.
    void serve(std::function<void()> onOver);
    void stopIfCanceled();
    /// Returns false if the child was not reached yet; a later call may reach it.
    bool kill();
    /// Destroys the ChildProcess of a job that is over, and returns the promise with the result.
    RunPromise takePromise();

    RunJob *nextInThread = nullptr; ///< Links the jobs that wait for the thread; needs no allocation.

private:
    void setUp();
    void end();
    void discardBeyond(ChildProcess::ProcessChannel channel);
    QByteArray outputOf(ChildProcess::ProcessChannel channel);
    void keepResult();

    const QString m_program;
    const QStringList m_arguments;
    RunOptions m_options;
    RunPromise m_promise;
    RunResult m_result;
    std::function<void()> m_onOver;
    std::optional<PreparedStart> m_start; ///< Until the job is served.
    std::optional<ChildProcess> m_child;
    /// Gets an event when the future is canceled; see PostDetector.
    std::optional<QFutureWatcher<RunResult>> m_watcher;
    bool m_isStopped = false;
    bool m_isOver = false;
};

} // namespace ForkFd::Internal

#endif
