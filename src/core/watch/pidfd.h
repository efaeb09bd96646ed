// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_PIDFD_H
#define FORKFD_CORE_WATCH_PIDFD_H

#include "core/base/uniquefd.h"
#include "core/watch/exitwatch.h"

namespace ForkFd::Internal {

/// The pidfd backend: touches nothing that belongs to the process as a whole, neither a signal
/// handler nor a thread.
class PidFdWatch final : public ExitWatch
{
public:
    /// Whether the kernel (Linux 5.4 or newer) and its filters let a pidfd be waited for.
    static bool isSupported() noexcept;

    /// Whether pidfd_open(2) is there. False with its errno.
    static bool canOpen() noexcept;
    /// A pidfd for a child of which only the number is known. None with errno on failure; ECHILD
    /// when the child has ended and someone else collected it, so that the number proves nothing.
    static UniqueFd open(pid_t child) noexcept;

    /// Takes ownership of the child's pidfd.
    void watch(pid_t pid, UniqueFd pidfd) noexcept;
    /// For a child whose end nobody can tell any more; takes ownership of a readable descriptor.
    void watchUnknowable(pid_t pid, UniqueFd readable) noexcept;

    void leaveDescriptor() noexcept override;
    int pidFd() const noexcept override { return m_endIsUnknown ? -1 : descriptor(); }

private:
    std::optional<ExitInfo> tryCollect() noexcept override;
    std::optional<ExitInfo> tryPeek() noexcept override;
    void doDisownDescriptor() noexcept override;
    int trySendSignal(int signal) noexcept override;
    int trySendSignalToGroup(int signal) noexcept override;
    int signalByNumber(pid_t target, int signal) const noexcept;

    std::optional<ExitInfo> waitForEnd(int options) noexcept;
    std::optional<ExitInfo> waitByNumber() noexcept;
    std::optional<ExitInfo> waitRefused(int options) const noexcept;
    std::optional<ExitInfo> recoverStolenStatus() const noexcept;

    UniqueFd m_pidfd;
    bool m_endIsUnknown = false;
};

} // namespace ForkFd::Internal

#endif
