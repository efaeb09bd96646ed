// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_DESCRIPTION_H
#define FORKFD_CORE_START_DESCRIPTION_H

#include <ForkFd/export.h>
#include <ForkFd/spawn.h>

#include <string>

namespace ForkFd::Internal {

class ExitWatch;
struct StartRequest;

/// Texts about starts, for bug reports and logs. None has the value of an argument or a variable.

/// What a start with this request would do: lines of a name, a colon and a text. `searchError` says why
/// the request has no executable.
FORKFD_EXPORT std::string describe(const StartRequest &request, int searchError = 0);

/// The members of the options that do not have their default, with commas between them; "none" if there
/// are none.
FORKFD_EXPORT std::string describeOptions(const LaunchOptions &options);

/// The rung of the ladder that has created this child.
FORKFD_EXPORT const char *rungOf(const ExitWatch &watch) noexcept;

/// The rungs that this process has given up because a filter or the kernel refuses them, with commas
/// between them; empty if there are none.
FORKFD_EXPORT std::string rungsGivenUp();

} // namespace ForkFd::Internal

#endif
