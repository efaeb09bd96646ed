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

/// Watches for the end of one child. Each backend implements it.
///
/// States: idle → watching → collected. It is allocated idle before the child exists, so that
/// nothing can fail after; the backend begins the watch; collect() ends it, once.
///
/// A watch belongs to the process that began it. In a forked copy collect() finds nothing and
/// sendSignal() gives ESRCH: all that is left to do there is to close the descriptor.
/// One thread at a time, except where said otherwise.
class FORKFD_EXPORT ExitWatch
{
public:
    virtual ~ExitWatch();
    ExitWatch(const ExitWatch &) = delete;
    ExitWatch &operator=(const ExitWatch &) = delete;

    pid_t pid() const noexcept { return m_pid; }
    /// Readable when collect() is worth a call; -1 while idle, and after leaveDescriptor() where there
    /// is none to be had: then collect() has to be called now and then. It stays open as long as the
    /// watch lives, so that whoever polls it can take it out first.
    int descriptor() const noexcept { return m_descriptor; }
    /// Whether this process has begun the watch.
    bool belongsToThisProcess() const noexcept;
    /// Whether there is a child left to collect, and this process is the one to do it.
    bool isWatching() const noexcept;

    /// How the child ended, without blocking; nothing while it runs. When the descriptor is
    /// readable and there is still no answer (a tracer has not let go of the child, or the kernel
    /// is about to know), ask again after a RetryDelay.
    std::optional<ExitInfo> collect() noexcept;
    /// The same without collecting: the child stays to be waited for, unless the backend collects
    /// unasked, which it does not do with the leader of a group.
    std::optional<ExitInfo> peek() noexcept;

    /// Whether the child is put into a process group of its own. Then it stays to be waited for until
    /// collect(): as long as it does, others can join its group, and nobody else gets the number.
    bool leadsGroup() const noexcept { return m_leadsGroup; }
    void setLeadsGroup(bool leads) noexcept { m_leadsGroup = leads; }

    /// Whether the child is collected at its end when nobody watches any more: deleting a watch is then
    /// enough at any time.
    virtual bool endsUnwatched() const noexcept { return false; }
    /// Closes descriptor() and goes on with one that nobody outside knows, or without one.
    virtual void leaveDescriptor() noexcept { }
    /// Ends the watch, because somebody else has closed descriptor(): its number is no more ours.
    void disownDescriptor() noexcept;

    /// Sends `signal` to the child. Returns 0 or an errno; ESRCH once it was collected. Also from
    /// another thread than the watch's own, one at a time.
    int sendSignal(int signal) noexcept;
    /// The same to all that is left of the process group that the child was put into, whose number is
    /// its own. Also after its end, where the system can tell the group from another one that has got
    /// the number; else ESRCH.
    int sendSignalToGroup(int signal) noexcept;
    /// The child's pidfd; -1 where the backend has none.
    virtual int pidFd() const noexcept { return -1; }

protected:
    ExitWatch() noexcept = default;
    /// `descriptor` stays the backend's to close, not before its own destructor.
    void begin(pid_t pid, int descriptor) noexcept;
    void setDescriptor(int descriptor) noexcept { m_descriptor = descriptor; }

private:
    virtual std::optional<ExitInfo> tryCollect() noexcept = 0;
    virtual std::optional<ExitInfo> tryPeek() noexcept = 0;
    virtual void doDisownDescriptor() noexcept = 0;
    virtual int trySendSignal(int signal) noexcept = 0;
    virtual int trySendSignalToGroup(int signal) noexcept = 0;

    friend class Reaper;

    pid_t m_pid = -1;
    ProcessIdentity m_owner; ///< The process that began the watch.
    std::atomic<bool> m_isCollected = false;
    bool m_leadsGroup = false;
    int m_descriptor = -1;
    ExitWatch *m_nextInReaper = nullptr; ///< Links watches there without allocating.
};

/// What waitid(2) tells of an ended child, and what wait4(2) does. Async-signal-safe.
ExitInfo exitInfoOf(const siginfo_t &info) noexcept;
ExitInfo exitInfoOfWaitStatus(int status) noexcept;

/// How long to leave a readable descriptor alone whose child cannot be collected yet.
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
