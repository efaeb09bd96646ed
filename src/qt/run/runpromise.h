// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_RUNPROMISE_H
#define FORKFD_QT_RUN_RUNPROMISE_H

#include "qt/onlyone.h"

#include <ForkFd/run.h>

#include <QtCore/QFutureInterface>
#include <QtCore/QThreadPool>

namespace ForkFd::Internal {

/// What a future of run() waits for. A handle: copies stand for the same.
///
/// Not a QPromise, because that waits through the global QThreadPool, and after the application object
/// was destroyed there is none: Qt would follow a null pointer. The pool here stands in for it, and runs
/// nothing.
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
    /// Wakes those that wait for the result. Does nothing once it was canceled.
    void setResult(const RunResult &result) { m_interface.reportResult(result); }
    /// Runs the continuations, here and now.
    void finish() { m_interface.reportFinished(); }

private:
    static constinit inline OnlyOne<QThreadPool> pool;

    QFutureInterface<RunResult> m_interface;
};

} // namespace ForkFd::Internal

#endif
