// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_ENVIRONMENT_H
#define FORKFD_CORE_START_ENVIRONMENT_H

#include <ForkFd/export.h>
#include <ForkFd/spawn.h>

#include <string>
#include <vector>

namespace ForkFd::Internal {

/// Pointers to the variables of this process. execve(2) needs a null behind them.
///
/// If another thread calls setenv(3) at the same time, libc moves and frees the array of `environ`. The
/// pointers are therefore copied until two copies agree. Before glibc 2.41 a moment remains: setenv()
/// frees the array before it publishes the new one, and the caller may then crash, as in getenv(3). The
/// strings are not copied: libc does not free those that setenv(3) has made.
FORKFD_EXPORT std::vector<char *> environmentNow();

/// A copy of the variables of this process: each with a NUL at its end.
std::string copyOfEnvironment();
/// Pointers into such a copy.
std::vector<char *> entriesOf(std::string &copy);

/// Command::environmentChanges.
using EnvironmentChanges = decltype(Command::environmentChanges);

/// Whether each change names a variable that setenv(3) accepts, and no text has a NUL.
bool areValid(const EnvironmentChanges &changes) noexcept;

/// Applies the changes to `entries`. New entries point into `texts`.
void applyChanges(const EnvironmentChanges &changes, std::vector<char *> &entries,
                  std::vector<std::string> &texts);

} // namespace ForkFd::Internal

#endif
