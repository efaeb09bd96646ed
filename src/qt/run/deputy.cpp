// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/deputy.h"

#include "qt/run/queuecore.h"
#include "qt/run/queueentry.h"
#include "qt/run/runjob.h"
#include "qt/run/runthread.h"

#include "core/base/librarythread.h"

#include <chrono>
#include <new>
#include <utility>

namespace ForkFd::Internal {

/// Holds the deputy for its thread.
struct Deputy::Duty
{
    std::shared_ptr<Deputy> deputy;
    unsigned number;
};

Deputy::Deputy(std::shared_ptr<std::mutex> mutex, std::uint64_t caller,
               std::optional<std::string> attributes)
    : m_mutex(std::move(mutex))
    , m_caller(caller)
    , m_attributes(std::move(attributes))
{
}

// The new thread takes over once it exists, so that there is always a thread for the entries.
int Deputy::relieve()
{
    const unsigned number = ++m_lastNumber;
    auto duty = std::make_unique<Duty>(Duty{shared_from_this(), number});
    if (const int errorCode = startLibraryThread("forkfd-deputy", threadMain, duty.get()))
        return errorCode;
    static_cast<void>(duty.release());
    const std::lock_guard lock(*m_mutex);
    m_newest = number;
    m_changed.notify_all();
    return 0;
}

bool Deputy::removeEntry() noexcept
{
    if (--m_entryCount > 0)
        return false;
    m_changed.notify_all();
    return true;
}

void Deputy::begin(std::shared_ptr<QueueEntry> entry)
{
    m_turns.push_back(std::move(entry));
    m_changed.notify_all();
}

void Deputy::threadMain(void *duty)
{
    const std::unique_ptr<Duty> own(static_cast<Duty *>(duty));
    own->deputy->serve(own->number);
}

void Deputy::serve(unsigned number)
{
    SignalGate gate;
    std::shared_ptr<QueueEntry> entry;
    std::unique_lock lock(*m_mutex);
    while (!isRelieved(number)) {
        if (m_turns.empty() || m_newest != number) {
            m_changed.wait_for(lock, std::chrono::milliseconds(gate.timeout()));
        } else {
            entry = std::move(m_turns.front());
            m_turns.pop_front();
            lock.unlock();
            beginNow(*entry);
            lock.lock();
            entry->core->dismissDeputy(*entry);
        }
        lock.unlock();
        entry.reset(); // Without the lock: the last handle of a future may run user code.
        gate.look();
        lock.lock();
    }
}

void Deputy::beginNow(QueueEntry &entry)
{
    if (entry.thread.isLeaving() || entry.isUnwanted() || !entry.claim())
        return; // The thread of run() gives up the entry, or has done so.
    try {
        entry.job.begin();
    } catch (const std::bad_alloc &) {
        entry.job.noteLackOfMemory();
    }
    entry.setBegun();
    entry.thread.addBegun(entry.job);
}

} // namespace ForkFd::Internal
