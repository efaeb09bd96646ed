// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/futurefinisher.h"

#include "core/base/librarythread.h"

#include <chrono>
#include <utility>

namespace ForkFd::Internal {

namespace {

constexpr int patience = 5; // ms, until another thread helps.
// Until an idle thread ends; the next future creates a new thread.
constexpr std::chrono::seconds finisherIdleTime(2);
// Until the caller helps. There, a function that waits for another program would wait for ever.
constexpr std::chrono::seconds lackPatience(1);

} // namespace

void FutureFinisher::call(std::function<void()> function)
{
    const std::lock_guard lock(m_mutex);
    m_waiting.push_back(std::move(function));
    if (m_threadCount == 0)
        startThread(); // If this fails, helpIfStuck() tries again.
    m_hasWork.notify_one();
}

int FutureFinisher::timeToHelp()
{
    const std::lock_guard lock(m_mutex);
    return m_waiting.empty() ? -1 : patience;
}

void FutureFinisher::helpIfStuck()
{
    std::unique_lock lock(m_mutex);
    if (std::exchange(m_hasGoneOn, false) || m_waiting.empty() || m_idleCount > 0)
        return;
    if (startThread() || m_threadCount > 0) { // The blocked threads may continue later.
        m_lackEnd = {};
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (m_lackEnd == std::chrono::steady_clock::time_point())
        m_lackEnd = now + lackPatience;
    if (now >= m_lackEnd)
        callFirst(lock);
}

bool FutureFinisher::startThread()
{
    if (startLibraryThread("forkfd-futures", threadMain, this, LibraryStack::userCode) != 0)
        return false;
    ++m_threadCount;
    return true;
}

void FutureFinisher::threadMain(void *self)
{
    static_cast<FutureFinisher *>(self)->serve();
}

void FutureFinisher::serve()
{
    std::unique_lock lock(m_mutex);
    while (true) {
        ++m_idleCount;
        const bool hasWork =
            m_hasWork.wait_for(lock, finisherIdleTime, [this] { return !m_waiting.empty(); });
        --m_idleCount;
        if (!hasWork)
            break;
        callFirst(lock);
        lock.lock();
    }
    --m_threadCount;
}

// Returns with the lock released: destroying the last handle may also run user code.
void FutureFinisher::callFirst(std::unique_lock<std::mutex> &lock)
{
    const std::function<void()> function = std::move(m_waiting.front());
    m_waiting.pop_front();
    m_hasGoneOn = true;
    lock.unlock();
    function();
}

} // namespace ForkFd::Internal
