// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_LADDER_LINUX_H
#define FORKFD_CORE_START_LADDER_LINUX_H

namespace ForkFd::Internal {

/// The kernel interfaces that can create a child, best one first:
///
///     clone3      shares memory until the exec, gives the pidfd, resets the handlers   Linux 5.5
///     clone       the same, but the child resets the handlers itself                   Linux 5.2
///     clone+open  the same without a pidfd, which is opened by number afterwards       Linux 5.3
///     copy        clone that copies the memory; the child reports through a socket     Linux 5.2
///     fork+open   fork(), else as copy; the pidfd is opened by number                  Linux 5.3
///
/// and without a pidfd, with the SIGCHLD backend:
///
///     clone       as clone+open, known by its number
///     fork        as fork+open, known by its number
///
/// A rung is given up for the life of the process when it is missing or refused, never because a
/// resource ran out. Some need the child to see our memory; where it does not (valgrind, user-mode
/// emulators), the copying ones take over.
enum class Rung : int { Clone3, Clone, CloneAndOpen, Copy, ForkAndOpen, NumberedClone, NumberedFork };

bool sharesMemory(Rung rung) noexcept;
bool opensPidFd(Rung rung) noexcept;
bool isWatchedByNumber(Rung rung) noexcept;

/// What a start can do with.
enum class Creation {
    Any, ///< Any rung.
    Copying, ///< A child with a copy of our memory.
    ByNumber ///< A child that fork() or somebody else has made, of which only the number is known.
};

/// Which rungs are left. For the whole process; any thread.
namespace Ladder {

/// The best one that was not given up. There is always one.
Rung rungFor(Creation creation) noexcept;
void giveUp(Rung rung) noexcept;
void giveUpSharedMemory() noexcept;
/// A call that the rung needs has failed: gives the rung up if the call was refused (refusal.h). Whether
/// to go on with the next one.
bool giveUpAfter(Rung rung, int errorCode) noexcept;

} // namespace Ladder

} // namespace ForkFd::Internal

#endif
