// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_LADDER_LINUX_H
#define FORKFD_CORE_START_LADDER_LINUX_H

namespace ForkFd::Internal {

/// The kernel interfaces that can create a child, best one first. docs/design/start.md has their table.
///
/// A rung is given up for the life of the process if the kernel lacks it or a filter refuses it, never
/// for lack of a resource. Some rungs need shared memory. If the child has a copy instead (valgrind,
/// user-mode emulators), the copying rungs take over.
enum class Rung : int { Clone3, Clone, CloneAndOpen, Copy, ForkAndOpen, NumberedClone, NumberedFork };

/// The name in the table.
const char *nameOf(Rung rung) noexcept;
bool sharesMemory(Rung rung) noexcept;
bool opensPidFd(Rung rung) noexcept;
bool isWatchedByNumber(Rung rung) noexcept;

/// Which rungs a start can use.
enum class Creation {
    Any, ///< Any rung.
    Copying, ///< A child with a copy of our memory.
    ByNumber ///< A child of fork(), posix_spawn(3) or an orphan, of which only the number is known.
};

/// The rungs that are left in this process. Any thread may call these functions.
namespace Ladder {

/// Whether FORKFD_BACKEND and the kernel let this process use pidfds.
bool mayUsePidFds() noexcept;

/// The best rung that is left and suits `creation`. At least one rung is always left.
Rung rungFor(Creation creation) noexcept;
/// Whether a start has found the rung missing or refused, in a process that would use it otherwise.
bool isRefused(Rung rung) noexcept;
void giveUp(Rung rung) noexcept;
void giveUpSharedMemory() noexcept;
/// Gives up the rung if the error is a refusal (refusal.h), unless it is the last rung. Returns whether
/// it did.
bool giveUpAfter(Rung rung, int errorCode) noexcept;

} // namespace Ladder

} // namespace ForkFd::Internal

#endif
