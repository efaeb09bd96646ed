// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_FUTUREFINISHER_H
#define FORKFD_QT_RUN_FUTUREFINISHER_H

#include "qt/run/runpromise.h"

#include <condition_variable>
#include <deque>
#include <mutex>

namespace ForkFd::Internal {

/// Finishes futures away from the thread that serves children: a continuation runs where its future is
/// finished, and may do anything, such as block until another child has ended.
///
/// One thread does it as long as nothing blocks. When nothing goes on any more, another one comes to
/// help. A thread that is idle for 2 s ends, the last one too, so that nothing wakes up in an idle
/// process. None is joined, and this object is never destroyed: a continuation may be blocked for ever.
class FutureFinisher
{
public:
    /// Finishes it soon; here and now if no thread can be had at all.
    void finish(RunPromise promise);

    /// How long until helpIfStuck() should be called; -1: not at all.
    int timeToHelp();
    /// Starts another thread if nothing has gone on since the last call.
    void helpIfStuck();

private:
    static void threadMain(void *self);
    void serve();
    void finishFirst(std::unique_lock<std::mutex> &lock);
    bool startThread();

    // Both are used by the threads of one process only: a forked copy makes an object of its own.
    std::mutex m_mutex;
    std::condition_variable m_hasWork;
    std::deque<RunPromise> m_waiting;
    int m_threadCount = 0;
    int m_idleCount = 0;
    bool m_hasGoneOn = false; ///< Since the last helpIfStuck().
};

} // namespace ForkFd::Internal

#endif
