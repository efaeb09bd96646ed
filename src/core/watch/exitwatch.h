// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_EXITWATCH_H
#define FORKFD_CORE_WATCH_EXITWATCH_H

#include "core/base/thisprocess.h"

#include <ForkFd/exitinfo.h>
#include <ForkFd/forkfd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <optional>

namespace ForkFd::Internal {

/// Watches one child for its end. Each backend implements it.
///
/// States: idle → watching → collected. It is allocated idle before the child exists, so that nothing
/// can fail afterwards. The backend begins the watch; collect() ends it, once.
///
/// A watch belongs to the process that began it. In a forked copy collect() finds nothing, sendSignal()
/// returns ESRCH, and the destructor only closes the descriptor. One thread at a time uses a watch,
/// except where a function says otherwise.
class FORKFD_EXPORT ExitWatch
{
public:
    virtual ~ExitWatch();
    ExitWatch(const ExitWatch &) = delete;
    ExitWatch &operator=(const ExitWatch &) = delete;

    pid_t pid() const noexcept { return m_pid; }
    /// Readable when a call of collect() is worthwhile. -1 while idle, and after leaveDescriptor() if no
    /// descriptor is available; collect() has to be called from time to time then. It stays open as long
    /// as the watch lives, so that its user can first remove it from a poll set.
    int descriptor() const noexcept { return m_descriptor; }
    /// Whether this process began the watch.
    bool belongsToThisProcess() const noexcept;
    /// Whether the child is not collected yet and this process began the watch.
    bool isWatching() const noexcept;

    /// Collects the child if it has ended; empty while it runs. Never blocks. If the descriptor is
    /// readable and the result is empty (a tracer holds the child, or the kernel does not know the end
    /// yet), call it again after a RetryDelay.
    std::optional<ExitInfo> collect() noexcept;
    /// The same, but leaves the child unreaped. (The SIGCHLD backend reaps by itself, except the leader
    /// of a group.)
    std::optional<ExitInfo> look() noexcept;

    /// Whether the child has ended, as far as descriptor() shows. Never blocks.
    bool hasEnded() noexcept;

    /// Whether the child leads its own process group. It then stays a zombie until collect(): other
    /// processes can still join its group, and the kernel gives its number to no other process.
    bool leadsGroup() const noexcept { return m_leadsGroup; }
    void setLeadsGroup(bool leads) noexcept { m_leadsGroup = leads; }

    /// How the child was created, for logs: a number that only System::nameOfRung() understands.
    unsigned char rung() const noexcept { return m_rung; }
    void setRung(unsigned char rung) noexcept { m_rung = rung; }

    /// Whether the kernel still had the status after other code had collected it, or after it was
    /// discarded because SIGCHLD is ignored. Known once collect() or look() has returned the end.
    bool wasRecovered() const noexcept { return m_wasRecovered; }

    /// Whether the backend collects the child at its end after the watch was deleted.
    virtual bool endsUnwatched() const noexcept { return false; }
    /// Closes descriptor() and continues with a private descriptor, or without one.
    virtual void leaveDescriptor() noexcept { }
    /// Ends the watch after other code closed descriptor(): the number may belong to another file.
    void disownDescriptor() noexcept;

    /// Sends `signal` to the child. Returns 0 or an errno; ESRCH after the child was collected. Any
    /// thread may call it, one at a time.
    int sendSignal(int signal) noexcept;
    /// The same for all processes that are left in the child's own process group. Also works after the
    /// child's end if the system can tell the group from a later one with the same number; ESRCH
    /// otherwise.
    int sendSignalToGroup(int signal) noexcept;
    /// The child's pidfd; -1 if the backend has none.
    virtual int pidFd() const noexcept { return -1; }

protected:
    ExitWatch() noexcept = default;
    /// The backend owns `descriptor` and keeps it open until its destructor or leaveDescriptor().
    void begin(pid_t pid, int descriptor) noexcept;
    void setDescriptor(int descriptor) noexcept { m_descriptor = descriptor; }
    void noteRecovery() noexcept { m_wasRecovered = true; }

private:
    virtual std::optional<ExitInfo> tryCollect() noexcept = 0;
    virtual std::optional<ExitInfo> tryLook() noexcept = 0;
    virtual void doDisownDescriptor() noexcept = 0;
    virtual int trySendSignal(int signal) noexcept = 0;
    virtual int trySendSignalToGroup(int signal) noexcept = 0;

    friend class Orphans;

    pid_t m_pid = -1;
    ProcessIdentity m_owner;
    std::atomic<bool> m_isCollected = false;
    bool m_leadsGroup = false;
    bool m_wasRecovered = false;
    unsigned char m_rung = 0;
    int m_descriptor = -1;
    ExitWatch *m_nextOrphan = nullptr; ///< Links watches in the keeper without an allocation.
};

/// Delays between attempts to collect a child whose descriptor is readable.
class RetryDelay
{
public:
    std::chrono::milliseconds next() noexcept
    {
        const auto delay = m_delay;
        m_delay = std::min(m_delay * 2, std::chrono::milliseconds(64));
        return delay;
    }

private:
    std::chrono::milliseconds m_delay{1};
};

} // namespace ForkFd::Internal

#endif
