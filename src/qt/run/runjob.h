// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_RUNJOB_H
#define FORKFD_QT_RUN_RUNJOB_H

#include "qt/preparedstart.h"
#include "qt/run/runpromise.h"

#include <QtCore/QFutureWatcher>

#include <csignal>
#include <functional>
#include <optional>

namespace ForkFd::Internal {

/// One program that run() is to run: made and begun in the caller's thread, and then served by
/// RunThread's alone.
///
/// States: made → begun → served → over.
class RunJob
{
public:
    RunJob(QString program, QStringList arguments, RunOptions options);
    RunJob(const RunJob &) = delete;
    RunJob &operator=(const RunJob &) = delete;

    QFuture<RunResult> future() { return m_promise.future(); }
    /// Begins the start, in a thread of its own that inherits from the calling one.
    void begin();
    /// Ends it before it was served, and gives the promise to finish. A start that was begun is given
    /// up.
    [[nodiscard]] RunPromise fail(const StartError &error);

    /// Serves it from now on, in the calling thread. Calls `onOver` once, when the child has ended or
    /// the start has failed; it must not delete this.
    void serve(std::function<void()> onOver);
    std::chrono::steady_clock::time_point startTime() const noexcept { return m_startTime; }
    std::chrono::milliseconds timeLimit() const noexcept { return m_options.timeLimit; }
    void exceedTimeLimit();
    void stopIfCanceled();
    /// False: it was not reached yet, which takes a moment.
    bool kill();
    /// What is to be finished, with the result, when it is over. Ends the child's object.
    RunPromise takePromise();

    RunJob *nextInThread = nullptr; ///< Links those that wait for the thread, without allocating.

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
    std::optional<PreparedStart> m_start; ///< Until it is served.
    std::chrono::steady_clock::time_point m_startTime;
    std::optional<ChildProcess> m_child;
    /// That the future was canceled is posted to it. See PostDetector.
    std::optional<QFutureWatcher<RunResult>> m_watcher;
    bool m_isStopped = false;
    bool m_isOver = false;
};

} // namespace ForkFd::Internal

#endif
