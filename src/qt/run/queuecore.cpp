// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/queuecore.h"

#include "qt/run/callerattributes.h"
#include "qt/run/deputy.h"
#include "qt/run/runthread.h"

#include "core/base/wait.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <new>

namespace ForkFd::Internal {

namespace {

constexpr std::chrono::milliseconds idleInterval(100); // For the end of the process.

} // namespace

void QueueCore::submit(std::unique_ptr<RunJob> job, RunThread &thread, int priority)
{
    const auto entry = std::make_shared<QueueEntry>(shared_from_this(), thread, *job, job->promise(),
                                                    job->stopWhen(), priority);
    job->setEntry(entry);
    if (const StartError error = beginOrKeep(entry); error.step)
        job->failNow(error);
    else
        thread.add(std::move(job));
}

// If there is no memory, the entry must not keep its place.
StartError QueueCore::beginOrKeep(const std::shared_ptr<QueueEntry> &entry)
try {
    if (!takePlace(entry))
        return keepForLater(*entry);
    entry->job.begin();
    return {};
} catch (const std::bad_alloc &) {
    return {"clone", ENOMEM};
}

bool QueueCore::takePlace(const std::shared_ptr<QueueEntry> &entry)
{
    const std::lock_guard lock(*m_mutex);
    entry->number = ++m_lastNumber;
    m_entries.emplace(entry->number, entry);
    const bool hasPlace = m_pendingCount == 0 && m_runningCount < *m_maxInFlight;
    entry->place = hasPlace ? QueueEntry::Running : QueueEntry::Pending;
    ++(hasPlace ? m_runningCount : m_pendingCount);
    if (hasPlace)
        entry->setBegun();
    return hasPlace;
}

StartError QueueCore::keepForLater(QueueEntry &entry)
{
    if (StartError error = entry.job.keepOptions(); error.step)
        return error;
    std::shared_ptr<const Surroundings> surroundings = currentSurroundings();
    if (!surroundings)
        return {"descriptors", errno};
    entry.job.setSurroundings(std::move(surroundings));
    entry.job.logWait();
    const int errorCode = assignDeputy(entry);
    return errorCode == 0 ? StartError{} : StartError{"clone", errorCode};
}

// Programs that are submitted one after the other mostly have the same surroundings, and share them.
std::shared_ptr<const Surroundings> QueueCore::currentSurroundings()
{
    std::shared_ptr<const Surroundings> fresh = Surroundings::now();
    if (!fresh)
        return fresh;
    const std::lock_guard lock(*m_mutex);
    std::shared_ptr<const Surroundings> last = m_lastSurroundings.lock();
    if (last && last->isSameAs(*fresh))
        return last;
    m_lastSurroundings = fresh;
    return fresh;
}

int QueueCore::assignDeputy(QueueEntry &entry)
{
    const int errorCode = joinDeputyOfThisThread(entry)->relieve();
    const std::lock_guard lock(*m_mutex);
    if (errorCode != 0)
        dismissDeputy(entry);
    return errorCode;
}

// The deputy counts the entry at once, so that it does not end before it has the entry. If there is no
// memory for the new thread, remove() dismisses the deputy.
std::shared_ptr<Deputy> QueueCore::joinDeputyOfThisThread(QueueEntry &entry)
{
    const std::uint64_t caller = numberOfThisThread();
    std::optional<std::string> attributes = attributesOfThisThread();
    const std::lock_guard lock(*m_mutex);
    auto known = std::find_if(m_deputies.begin(), m_deputies.end(),
                              [&](const auto &deputy) { return deputy->actsFor(caller, attributes); });
    if (known == m_deputies.end())
        known =
            m_deputies.insert(known, std::make_shared<Deputy>(m_mutex, caller, std::move(attributes)));
    (*known)->addEntry();
    entry.deputy = *known;
    return *known;
}

void QueueCore::dismissDeputy(QueueEntry &entry)
{
    if (!entry.deputy)
        return;
    const std::shared_ptr<Deputy> deputy = std::move(entry.deputy);
    if (deputy->removeEntry())
        m_deputies.erase(std::find(m_deputies.begin(), m_deputies.end(), deputy));
}

void QueueCore::enlist(const std::shared_ptr<QueueEntry> &entry)
{
    const std::lock_guard lock(*m_mutex);
    if (!entry->isDropped)
        m_order.emplace(orderOf(*entry), entry);
    fillPlaces();
}

// An unwanted entry gets no place: the thread of run() gives it up.
void QueueCore::fillPlaces()
{
    while (m_runningCount < *m_maxInFlight && !m_order.empty()) {
        const std::shared_ptr<QueueEntry> entry = m_order.extract(m_order.begin()).mapped();
        if (entry->isUnwanted())
            continue;
        entry->place = QueueEntry::Running;
        --m_pendingCount;
        ++m_runningCount;
        entry->deputy->begin(entry);
    }
}

void QueueCore::remove(QueueEntry &entry)
{
    const std::lock_guard lock(*m_mutex);
    if (entry.place == QueueEntry::Outside)
        return;
    --(entry.place == QueueEntry::Running ? m_runningCount : m_pendingCount);
    entry.place = QueueEntry::Outside;
    dismissDeputy(entry);
    m_order.erase(orderOf(entry));
    m_finishing.emplace(entry.number, entry.promise.future());
    m_entries.erase(entry.number); // The job still holds the entry.
    fillPlaces();
    if (m_entries.empty())
        m_isIdle.notify_all();
}

void QueueCore::noteFinished(const QueueEntry &entry)
{
    decltype(m_finishing)::node_type finished; // Outlives the lock: the last handle may run user code.
    const std::lock_guard lock(*m_mutex);
    finished = m_finishing.extract(entry.number);
}

void QueueCore::lookAtLimit()
{
    const std::lock_guard lock(*m_mutex);
    fillPlaces();
}

int QueueCore::pendingCount() const
{
    const std::lock_guard lock(*m_mutex);
    return m_pendingCount;
}

int QueueCore::runningCount() const
{
    const std::lock_guard lock(*m_mutex);
    return m_runningCount;
}

// First takes all waiting entries out of the order: otherwise a program that ends at once would free its
// place for one of them.
void QueueCore::cancelAll()
{
    std::vector<RunPromise> promises;
    {
        const std::lock_guard lock(*m_mutex);
        for (const auto &[number, entry] : m_entries) {
            promises.push_back(entry->promise);
            entry->isDropped = true;
        }
        m_order.clear();
    }
    for (RunPromise &promise : promises)
        promise.future().cancel();
}

// A future is finished a moment after its entry was removed, and a continuation may call this before the
// finisher has noted it. When the process ends, entries are not removed any more, and a static
// destructor that waits would hang.
bool QueueCore::waitForDone(Deadline deadline)
{
    std::unique_lock lock(*m_mutex);
    while (!m_entries.empty() || !areFinished()) {
        if (deadline.hasExpired() || RunThread::isProcessEnding())
            return false;
        if (!m_entries.empty())
            m_isIdle.wait_until(lock, std::min(deadline, Deadline(idleInterval)).end());
        lock.unlock();
        pauseFor(std::chrono::milliseconds(1));
        lock.lock();
    }
    return true;
}

bool QueueCore::areFinished() const
{
    return std::all_of(m_finishing.begin(), m_finishing.end(),
                       [](const auto &entry) { return entry.second.isFinished(); });
}

} // namespace ForkFd::Internal
