// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_DETACHED_H
#define FORKFD_CORE_START_DETACHED_H

#include "core/start/attempt.h"

#include <memory>

#include <sys/types.h>

namespace ForkFd::Internal {

/// A detached start by fork(): the child creates the orphan, which reports its number, and exits.
class DetachedAttempt : public StartAttempt
{
public:
    explicit DetachedAttempt(DetachedContext &child) noexcept
        : StartAttempt(child)
        , m_detached(child)
    {
    }

    StartResult run();

protected:
    /// Creates the child and waits for its end.
    virtual Outcome create();
    /// Waits for the end of the child between parent and orphan. Returns the outcome of the start.
    Outcome finish(pid_t between) noexcept;

    DetachedContext &m_detached;

private:
    pid_t createCopy() noexcept override;
    Outcome watchCopy(pid_t pid) noexcept override;

    pid_t m_between = -1; ///< The child between parent and orphan.
};

/// Whether a process with this number has ended or does not exist. For an orphan that has just reported
/// its number: a process that gets the number later counts as the orphan.
bool hasOrphanEnded(pid_t orphan) noexcept;

/// Collects the orphan of a detached start if it becomes our child. The kernel gives an orphan to the
/// nearest subreaper among its ancestors (prctl(2), PR_SET_CHILD_SUBREAPER), else to PID 1. If this
/// process is neither, OrphanWatch does nothing.
///
/// Waits for this orphan only: the program has to collect all others.
class OrphanWatch
{
public:
    OrphanWatch() noexcept;
    ~OrphanWatch();
    OrphanWatch(const OrphanWatch &) = delete;
    OrphanWatch &operator=(const OrphanWatch &) = delete;

    /// Allocates all that the watch needs, if orphans become our children. Returns 0 or an errno. Throws
    /// std::bad_alloc.
    int prepare();
    /// Call this after the end of the orphan's first parent. If the orphan is our child, the keeper
    /// collects it. -1 means that there is no orphan.
    void adopt(pid_t orphan) noexcept;

private:
    struct Private;
    std::unique_ptr<Private> m_private; ///< Null: orphans do not become our children.
};

} // namespace ForkFd::Internal

#endif
