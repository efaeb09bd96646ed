// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_ORPHANWATCH_H
#define FORKFD_CORE_START_ORPHANWATCH_H

#include <memory>

#include <sys/types.h>

namespace ForkFd::Internal {

/// Collects the process of a detached start where it becomes our child: the kernel gives orphans to the
/// nearest subreaper among their ancestors (prctl(2), PR_SET_CHILD_SUBREAPER), else to PID 1. Either may
/// be us. Elsewhere this does nothing.
///
/// Only this very process is waited for: other orphans are the program's own business.
class OrphanWatch
{
public:
    /// Decides whether orphans come to us, before there is one.
    OrphanWatch() noexcept;
    ~OrphanWatch();
    OrphanWatch(const OrphanWatch &) = delete;
    OrphanWatch &operator=(const OrphanWatch &) = delete;

    /// Takes what the watch needs, so that nothing can fail later. Returns 0 or an errno. Throws
    /// std::bad_alloc.
    int prepare();
    /// Its first parent has ended. The reaper collects it if it is our child now; -1: it never existed.
    void adopt(pid_t orphan) noexcept;

private:
    struct Private;
    std::unique_ptr<Private> m_private; ///< Null: orphans do not come to us.
    const bool m_adopts;
};

} // namespace ForkFd::Internal

#endif
