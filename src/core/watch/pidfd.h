// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_PIDFD_H
#define FORKFD_CORE_WATCH_PIDFD_H

#include "core/base/uniquefd.h"
#include "core/watch/exitwatch.h"

#include <atomic>

namespace ForkFd::Internal {

/// The pidfd backend. It changes nothing that belongs to the whole process: it installs no signal
/// handler and makes no thread.
class PidFdWatch final : public ExitWatch
{
public:
    /// Whether the kernel (Linux 5.4 or newer) and its filters allow waitid(2) on a pidfd.
    static bool isSupported() noexcept;

    /// Whether pidfd_open(2) is available. False with its errno.
    static bool canOpen() noexcept;
    /// Opens a pidfd for a child of which only the number is known. Empty with errno on failure; ECHILD
    /// if other code has reaped the child, so that the number may belong to another process.
    static UniqueFd open(pid_t child) noexcept;

    /// Takes ownership of the child's pidfd. Without one, collect() waits by number.
    void watch(pid_t pid, UniqueFd pidfd) noexcept;
    /// For a child whose end can no longer be determined. Takes ownership of a readable descriptor.
    void watchUnknowable(pid_t pid, UniqueFd readable) noexcept;

    void leaveDescriptor() noexcept override;
    int pidFd() const noexcept override { return m_endIsUnknown ? -1 : descriptor(); }

private:
    std::optional<ExitInfo> tryCollect() noexcept override;
    std::optional<ExitInfo> tryLook() noexcept override;
    void doDisownDescriptor() noexcept override;
    int trySendSignal(int signal) noexcept override;
    int trySendSignalToGroup(int signal) noexcept override;
    int signalByNumber(pid_t target, int signal) noexcept;
    bool canBeWaitedFor() const noexcept;

    std::optional<ExitInfo> waitForEnd(int options) noexcept;
    std::optional<ExitInfo> waitByNumber(int options) noexcept;
    std::optional<ExitInfo> waitRefused(int options) noexcept;
    std::optional<ExitInfo> recoverStolenStatus() noexcept;

    UniqueFd m_pidfd;
    bool m_endIsUnknown = false;
    /// Held to reap the child, and to signal it by number. While it is held, the number belongs to the
    /// child.
    std::atomic<bool> m_isPinned = false;
};

} // namespace ForkFd::Internal

#endif
