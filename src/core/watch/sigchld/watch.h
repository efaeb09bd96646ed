// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_SIGCHLD_WATCH_H
#define FORKFD_CORE_WATCH_SIGCHLD_WATCH_H

#include "core/base/event.h"
#include "core/watch/exitwatch.h"

namespace ForkFd::Internal {

class ChildSlot;
class ChildTable;

/// The SIGCHLD backend: a slot in the table that the signal handler reads.
class SigChldWatch final : public ExitWatch
{
public:
    SigChldWatch() noexcept = default;
    ~SigChldWatch() override;

    /// Gets slot, handler and sweeper, so that watch() cannot fail. Call it after setLeadsGroup(). False
    /// with errno on failure.
    bool prepare(ExitEvent::Kind kind) noexcept;
    /// Watches the child that was created after prepare(). Cannot fail.
    void watch(pid_t pid) noexcept;
    /// For a forked copy, which inherits the descriptors. Precondition: prepare() succeeded.
    const ExitEvent &event() const noexcept;

    bool endsUnwatched() const noexcept override { return true; }

private:
    std::optional<ExitInfo> tryCollect() noexcept override;
    std::optional<ExitInfo> tryLook() noexcept override;
    void doDisownDescriptor() noexcept override;
    int trySendSignal(int signal) noexcept override;
    int trySendSignalToGroup(int signal) noexcept override;

    ChildTable *m_table = nullptr;
    ChildSlot *m_slot = nullptr;
    bool m_isStarting = false;
};

/// Called by the handler before its predecessor. Async-signal-safe.
void onChildSignal(pid_t pid) noexcept;

/// Reaps ended foreign children if SIGCHLD was auto-reaping before our handler was installed.
/// Async-signal-safe.
void reapForIgnoredSignal() noexcept;

} // namespace ForkFd::Internal

#endif
