// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_ORPHANWATCH_H
#define FORKFD_CORE_START_ORPHANWATCH_H

#include <memory>

#include <sys/types.h>

namespace ForkFd::Internal {

/// Collects the orphan of a detached start if it becomes our child. The kernel gives an orphan to the
/// nearest subreaper among its ancestors (prctl(2), PR_SET_CHILD_SUBREAPER), else to PID 1. If this
/// process is neither, OrphanWatch does nothing.
///
/// Waits for this orphan only: the program collects all others.
class OrphanWatch
{
public:
    /// Finds out whether orphans become our children.
    OrphanWatch() noexcept;
    ~OrphanWatch();
    OrphanWatch(const OrphanWatch &) = delete;
    OrphanWatch &operator=(const OrphanWatch &) = delete;

    /// Allocates all that the watch needs. Returns 0 or an errno. Throws std::bad_alloc.
    int prepare();
    /// Has to come after the end of the orphan's first parent. If the orphan is our child, the reaper
    /// collects it. -1: there is no orphan.
    void adopt(pid_t orphan) noexcept;

private:
    struct Private;
    std::unique_ptr<Private> m_private; ///< Null: orphans do not become our children.
    const bool m_adopts;
};

} // namespace ForkFd::Internal

#endif
