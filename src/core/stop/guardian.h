// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_GUARDIAN_H
#define FORKFD_CORE_STOP_GUARDIAN_H

#include "core/base/cgroup.h"
#include "core/base/event.h"
#include "core/base/thisprocess.h"
#include "core/base/uniquefd.h"
#include "core/stop/treeticket.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include <sys/types.h>

namespace ForkFd::Internal {

class ExitWatch;
struct GuardianMessage;

/// The process that kills the trees of this process when this process ends, and the list of these trees.
///
/// The guardian begins with the first tree and ends with this process. A thread waits for its messages:
/// a tree is over, or (end of file) the guardian has ended. After an end of file the thread starts
/// another guardian and sends the list again. The thread repeats messages that could not be sent. It
/// ends when it was idle for a while. docs/design/guardian.md explains all this.
class Guardian : public OfOneProcess
{
public:
    /// Starts the guardian's program at the other end of this socket, in a cgroup of its own where that
    /// is permitted. Returns 0 or an errno.
    using Launch = int (*)(int socket, PrivateCgroup &own);

    Guardian(Launch program, uid_t user) noexcept
        : m_program(program)
        , m_user(user)
    {
    }
    /// The guardian of this process and of the effective user of the calling thread. Throws
    /// std::bad_alloc.
    static Guardian &findOrMake(Launch program);

    /// Opens an entry for a tree that is about to be started, in this cgroup or in none, and tells the
    /// guardian. Returns 0 or an errno. Throws std::bad_alloc.
    int open(const PrivateCgroup &group, bool usesPidFds, TreeTicket &ticket);
    /// Call this when the tree's leader runs. Takes `own` over and removes it when the tree is over.
    void keep(const TreeTicket &ticket, ExitWatch &leader, PrivateCgroup own) noexcept;
    /// Call this if the tree was not started.
    void close(const TreeTicket &ticket) noexcept;

private:
    using Clock = std::chrono::steady_clock;
    using Line = TreeTicket::Line;
    /// What the guardian of m_line was not told yet: all about the tree, or only the last message.
    enum class Owed : unsigned char { Nothing, All, Started };
    struct Entry
    {
        std::uint64_t id;
        std::string group; ///< The path of the tree's cgroup; empty: none.
        pid_t leader = -1; ///< -1 while it is being started.
        std::uint64_t leaderStart = 0;
        PrivateCgroup own = {};
        Owed owed = Owed::All;
    };
    using Entries = std::list<Entry>;

    int ensureGuardian(PrivateCgroup &unused);
    int launch(PrivateCgroup &unused);
    int ensureThread() noexcept;
    int tellOwed(Entry &entry) noexcept;
    int sendAll(const Entry &entry) noexcept;
    int sendStarted(const Entry &entry) noexcept;
    void tellFailed() noexcept;
    bool isAnythingOwed() const noexcept;
    bool isWithoutTrees() const noexcept { return m_entries.empty() && m_failed.empty(); }
    void repeat() noexcept;
    int tell(const GuardianMessage &message, int fd = -1) noexcept;
    Entries::iterator find(std::uint64_t id) noexcept;
    static void threadMain(void *self);
    void run() noexcept;
    bool mayEnd() noexcept;
    bool receive(const Line &line) noexcept;
    bool replace(const Line &line) noexcept;
    bool tryLaunch(PrivateCgroup &unused) noexcept;
    void removeCgroupOf(const Line &line) noexcept;
    void forget(std::uint64_t id) noexcept;

    const Launch m_program;
    const uid_t m_user; ///< A guardian obeys its own effective user only.
    Guardian *m_before = nullptr; ///< Made before this one; constant from the publication on.
    std::mutex m_mutex; ///< Guards the following.
    Line m_line; ///< Our end of the socket. Null before the first launch.
    PrivateCgroup m_cgroup; ///< The guardian's own, which it removes unless it is killed.
    Entries m_entries;
    Entries m_failed; ///< Their starts have failed, and the guardian of m_line was not told yet.
    std::uint64_t m_lastId = 0;
    std::atomic<Clock::time_point> m_lastLaunch = Clock::time_point();
    bool m_hasThread = false;
    ExitEvent m_wake; ///< Wakes the thread up when a message has to be repeated.
};

} // namespace ForkFd::Internal

#endif
