// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_FUTUREFINISHER_H
#define FORKFD_QT_RUN_FUTUREFINISHER_H

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace ForkFd::Internal {

/// Finishes futures on other threads than RunThread's: a continuation runs where its future is finished,
/// and may block, for example until another child has ended.
///
/// Normally one thread finishes all futures. If it makes no progress, another thread helps. A thread
/// that is idle for 2 s ends, and so does the last thread, so that nothing wakes up in an idle process.
/// The threads are not joined, and this object is never destroyed: a continuation may block for ever.
class FutureFinisher
{
public:
    /// Calls the function soon, on one of the threads. The function may block. It is also destroyed on
    /// that thread.
    void call(std::function<void()> function);

    /// Returns the time in ms until helpIfStuck() should be called; -1: never.
    int timeToHelp();
    /// Starts another thread if there was no progress since the last call. If there is no thread, and
    /// none could be created for a second, calls a function itself.
    void helpIfStuck();

private:
    static void threadMain(void *self);
    void serve();
    void callFirst(std::unique_lock<std::mutex> &lock);
    bool startThread();

    // Used only by threads of one process: a forked copy creates its own object.
    std::mutex m_mutex;
    std::condition_variable m_hasWork;
    std::deque<std::function<void()>> m_waiting;
    int m_threadCount = 0;
    int m_idleCount = 0;
    bool m_hasGoneOn = false; ///< A function was begun since the last helpIfStuck().
    std::chrono::steady_clock::time_point m_lackEnd = {}; ///< Set while no thread can be made.
};

} // namespace ForkFd::Internal

#endif
