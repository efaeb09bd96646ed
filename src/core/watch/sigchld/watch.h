// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_SIGCHLD_WATCH_H
#define FORKFD_CORE_WATCH_SIGCHLD_WATCH_H

#include "core/base/event.h"
#include "core/watch/exitwatch.h"

namespace ForkFd::Internal {

class ChildSlot;
class ChildTable;

/// The SIGCHLD backend: a slot in the table that our signal handler reads.
class SigChldWatch final : public ExitWatch
{
public:
    SigChldWatch() noexcept;
    ~SigChldWatch() override;

    /// Takes all that watch() needs: slot, handler, sweeper. After setLeadsGroup(). False with errno
    /// when something is not to be had.
    bool prepare(ExitEvent::Kind kind) noexcept;
    /// Watches the child that was created since prepare(). Cannot fail.
    void watch(pid_t pid) noexcept;
    /// After prepare(), for a forked copy, which inherits its descriptors.
    const ExitEvent &event() const noexcept;

    bool endsUnwatched() const noexcept override { return true; }

private:
    std::optional<ExitInfo> tryCollect() noexcept override;
    std::optional<ExitInfo> tryPeek() noexcept override;
    void doDisownDescriptor() noexcept override;
    int trySendSignal(int signal) noexcept override;
    int trySendSignalToGroup(int signal) noexcept override;

    ChildTable *m_table = nullptr;
    ChildSlot *m_slot = nullptr;
    bool m_isStarting = false;
};

/// What the handler does before it calls its predecessor. Async-signal-safe.
void onChildSignal(pid_t pid) noexcept;

/// Reaps ended children that nobody of us started, where the kernel did so before we came.
void reapForIgnoredSignal() noexcept;

} // namespace ForkFd::Internal

#endif
