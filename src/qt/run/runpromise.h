// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_RUNPROMISE_H
#define FORKFD_QT_RUN_RUNPROMISE_H

#include "qt/onlyone.h"

#include <ForkFd/run.h>

#include <QtCore/QFutureInterface>
#include <QtCore/QThreadPool>

namespace ForkFd::Internal {

/// The promise of a future of run(); copies refer to the same future.
///
/// QPromise would wait through the global QThreadPool. After the application object was destroyed that
/// pool is null, and Qt would dereference it. The pool here replaces it, and runs nothing.
class RunPromise
{
public:
    RunPromise()
    {
        m_interface.setThreadPool(&pool.get());
        m_interface.reportStarted();
    }

    QFuture<RunResult> future() { return m_interface.future(); }
    bool isCanceled() const { return m_interface.isCanceled(); }
    /// Wakes up threads that wait for the result. Does nothing if the future was canceled.
    void setResult(const RunResult &result) { m_interface.reportResult(result); }
    /// No continuation is called with the result. But any thread may still wait for the result.
    void cancel() { m_interface.cancel(); }
    /// Runs the continuations in the calling thread.
    void finish() { m_interface.reportFinished(); }

private:
    static constinit inline OnlyOne<QThreadPool> pool;

    QFutureInterface<RunResult> m_interface;
};

} // namespace ForkFd::Internal

#endif
