// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_WORKER_H
#define FORKFD_WORKER_H

#include "childprocesstest.h"

#include <QtCore/QThread>

#include <atomic>
#include <functional>

/// A thread with an event loop until the end of the scope.
class Worker : public QThread
{
public:
    Worker()
    {
        m_context.moveToThread(this);
        start();
    }
    ~Worker() override { end(); }

    /// Runs a function in the thread and waits until it returns.
    void run(const std::function<void()> &function)
    {
        QMetaObject::invokeMethod(&m_context, function, Qt::BlockingQueuedConnection);
    }
    QObject &context() { return m_context; }
    void end()
    {
        quit();
        wait();
    }

private:
    using QThread::run;
    QObject m_context;
};

/// The end of a child, noted in the thread that gets the signal.
struct End
{
    std::atomic<int> count = 0;
    std::atomic<int> code = -1;
    std::atomic<QThread *> thread = nullptr;

    void note(Process &process)
    {
        QObject::connect(&process, &Process::finished, &process, [this](int exitCode) {
            code = exitCode;
            thread = QThread::currentThread();
            ++count;
        });
    }
};

#endif
