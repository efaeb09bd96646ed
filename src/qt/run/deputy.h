// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_DEPUTY_H
#define FORKFD_QT_RUN_DEPUTY_H

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace ForkFd::Internal {

class QueueEntry;

/// Begins the waiting programs of one caller of RunQueue::run(), in a thread that this caller has
/// created, so that the children inherit from the caller (docs/design/run.md).
///
/// Each call creates a new thread, which replaces the one before. So a program that waits starts with
/// the restrictions of its caller, including those that the caller has imposed on itself since then.
class Deputy : public std::enable_shared_from_this<Deputy>
{
public:
    /// `mutex` is the queue's; it must live as long as this object.
    Deputy(std::shared_ptr<std::mutex> mutex, std::uint64_t caller,
           std::optional<std::string> attributes);
    Deputy(const Deputy &) = delete;
    Deputy &operator=(const Deputy &) = delete;

    /// Whether this deputy begins programs for this caller with these attributes.
    bool actsFor(std::uint64_t caller, const std::optional<std::string> &attributes) const noexcept
    {
        return m_caller == caller && attributes && m_attributes == attributes;
    }
    /// Creates the new thread from the calling thread. Returns 0, or an errno if the previous thread
    /// stays in place. Call it without the mutex.
    int relieve();

    // With the mutex locked.

    void addEntry() noexcept { ++m_entryCount; }
    /// Call this when an entry no longer needs the deputy. Returns whether it was the last entry; the
    /// thread then ends.
    bool removeEntry() noexcept;
    /// Call this when the turn of `entry` has come.
    void begin(std::shared_ptr<QueueEntry> entry);

private:
    struct Duty;

    static void threadMain(void *duty);
    void serve(unsigned number);
    bool isRelieved(unsigned number) const noexcept { return number < m_newest || m_entryCount == 0; }
    static void beginNow(QueueEntry &entry);

    const std::shared_ptr<std::mutex> m_mutex;
    const std::uint64_t m_caller;
    const std::optional<std::string> m_attributes;
    unsigned m_lastNumber = 0; ///< Used only by the caller's thread.
    // Under the mutex.
    std::condition_variable m_changed;
    std::deque<std::shared_ptr<QueueEntry>> m_turns;
    unsigned m_newest = 0; ///< The number of the thread that works.
    int m_entryCount = 0;
};

} // namespace ForkFd::Internal

#endif
