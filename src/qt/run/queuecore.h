// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_QUEUECORE_H
#define FORKFD_QT_RUN_QUEUECORE_H

#include "qt/run/queueentry.h"
#include "qt/run/runjob.h"

#include "core/base/deadline.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace ForkFd::Internal {

class RunThread;

/// The programs of a RunQueue in one process: their order, and the places in which they run.
///
/// The queue, its entries and its deputies share it. It may be used from any thread.
class QueueCore : public std::enable_shared_from_this<QueueCore>
{
public:
    using Limit = std::shared_ptr<const std::atomic<int>>;

    explicit QueueCore(Limit maxInFlight)
        : m_maxInFlight(std::move(maxInFlight))
    {
    }
    QueueCore(const QueueCore &) = delete;
    QueueCore &operator=(const QueueCore &) = delete;

    /// Begins the job in the calling thread if there is a place. Otherwise keeps what the start will
    /// need. In both cases gives the job to `thread`.
    void submit(std::unique_ptr<RunJob> job, RunThread &thread, int priority);
    /// Call this after a change of the limit.
    void lookAtLimit();
    int pendingCount() const;
    int runningCount() const;
    void cancelAll();
    bool waitForDone(Deadline deadline);

    /// Puts an entry in order; called by the thread of run(), which notices if it is canceled.
    void enlist(const std::shared_ptr<QueueEntry> &entry);
    /// Call this when the entry is over: its place becomes free.
    void remove(QueueEntry &entry);
    /// Call this when the future of the entry is finished. Destroys a handle of the future.
    void noteFinished(const QueueEntry &entry);
    /// Call this with the mutex locked when the entry no longer needs its deputy.
    void dismissDeputy(QueueEntry &entry);

private:
    using Order = std::pair<std::int64_t, std::uint64_t>; ///< The negative priority, and the number.

    static Order orderOf(const QueueEntry &entry) noexcept
    {
        return {-std::int64_t{entry.priority}, entry.number};
    }
    StartError beginOrKeep(const std::shared_ptr<QueueEntry> &entry);
    bool takePlace(const std::shared_ptr<QueueEntry> &entry);
    StartError keepForLater(QueueEntry &entry);
    std::shared_ptr<const Surroundings> currentSurroundings();
    int assignDeputy(QueueEntry &entry);
    std::shared_ptr<Deputy> joinDeputyOfThisThread(QueueEntry &entry);
    void fillPlaces();
    bool areFinished() const;

    const Limit m_maxInFlight;
    const std::shared_ptr<std::mutex> m_mutex = std::make_shared<std::mutex>();
    std::condition_variable m_isIdle;
    int m_pendingCount = 0;
    int m_runningCount = 0;
    std::uint64_t m_lastNumber = 0;
    std::map<std::uint64_t, std::shared_ptr<QueueEntry>> m_entries; ///< All that are not over.
    std::map<Order, std::shared_ptr<QueueEntry>> m_order; ///< Those that wait for a place.
    std::vector<std::shared_ptr<Deputy>> m_deputies;
    /// Of entries that are over, until their futures are finished.
    std::map<std::uint64_t, QFuture<RunResult>> m_finishing;
    std::weak_ptr<const Surroundings> m_lastSurroundings;
};

} // namespace ForkFd::Internal

#endif
