// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_CHILDWAIT_H
#define FORKFD_CORE_WATCH_CHILDWAIT_H

#include <ForkFd/exitinfo.h>

#include <sys/types.h>

/// Waits for a child by its number, with waitid(2) and wait4(2). If a filter refuses one of them, the
/// other is used (refusal.h).
///
/// Also finds a child that ended before its exec. Async-signal-safe. Blocks cancellation.
namespace ForkFd::Internal::ChildWait {

struct Finding
{
    enum Sight {
        Running,
        Over,
        Gone, ///< Other code reaped the child, or it is not a child of this process.
        Refused ///< The system does not allow the wait.
    } sight;
    ExitInfo end = {}; ///< With Over.
};

/// Leaves the child unreaped. `end` has no resource usage.
Finding look(pid_t child) noexcept;
/// Reaps the child if it has ended. Never blocks.
Finding reap(pid_t child) noexcept;
/// Blocks until the child has ended, and reaps it.
void awaitEnd(pid_t child) noexcept;

} // namespace ForkFd::Internal::ChildWait

#endif
