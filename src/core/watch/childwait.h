// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_CHILDWAIT_H
#define FORKFD_CORE_WATCH_CHILDWAIT_H

#include <ForkFd/exitinfo.h>

#include <sys/types.h>

/// Waits for a child by its number: waitid(2) and wait4(2), each in place of the other where a filter
/// refuses one of them (refusal.h).
///
/// A child that ended before its exec is found, too. Async-signal-safe. The caller blocks cancellation.
namespace ForkFd::Internal::ChildWait {

struct Finding
{
    enum Sight {
        Running,
        Over,
        Gone, ///< Somebody else collected the child, or it is not a child of this process.
        Refused ///< The system does not allow this question.
    } sight;
    ExitInfo end = {}; ///< With Over.
};

/// Does not collect the child. `end` is without resource usage.
Finding look(pid_t child) noexcept;
/// Collects the child if it has ended. Never blocks.
Finding collect(pid_t child) noexcept;
/// Blocks until the child has ended, and collects it.
void awaitEnd(pid_t child) noexcept;

} // namespace ForkFd::Internal::ChildWait

#endif
