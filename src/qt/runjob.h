// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_RUNJOB_H
#define FORKFD_RUNJOB_H

#include "runpromise.h"

#include <QtCore/QFutureWatcher>

#include <csignal>
#include <functional>
#include <optional>

namespace ForkFd::Internal {

/// One program that run() is to run: made in the caller's thread, and then served by RunThread's alone.
///
/// States: waiting → running → over. There is a child while it is running.
class RunJob
{
public:
    RunJob(QString program, QStringList arguments, RunOptions options);
    RunJob(const RunJob &) = delete;
    RunJob &operator=(const RunJob &) = delete;

    QFuture<RunResult> future() { return m_promise.future(); }
    /// Ends it before it has begun. Gives the promise to finish.
    [[nodiscard]] RunPromise fail(const StartError &error);

    /// Calls `onOver` once, when the child has ended or there was none; it must not delete this.
    void start(std::function<void()> onOver);
    std::chrono::milliseconds timeLimit() const noexcept { return m_options.timeLimit; }
    void exceedTimeLimit();
    void stopIfCanceled();
    void kill();
    /// What is to be finished, with the result, when it is over. Ends the child's object.
    RunPromise takePromise();

    RunJob *nextInThread = nullptr; ///< Links those that wait for the thread, without allocating.

private:
    void setUp();
    void discardBeyond(ChildProcess::ProcessChannel channel);
    QByteArray outputOf(ChildProcess::ProcessChannel channel);
    void keepResult();

    const QString m_program;
    const QStringList m_arguments;
    RunOptions m_options;
    RunPromise m_promise;
    RunResult m_result;
    std::function<void()> m_onOver;
    std::optional<ChildProcess> m_child;
    /// That the future was canceled is posted to it. See PostDetector.
    std::optional<QFutureWatcher<RunResult>> m_watcher;
    bool m_isStopped = false;
};

} // namespace ForkFd::Internal

#endif
