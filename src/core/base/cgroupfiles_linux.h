// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_CGROUPFILES_LINUX_H
#define FORKFD_CORE_BASE_CGROUPFILES_LINUX_H

#include "core/base/uniquefd.h"

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace ForkFd::Internal {

// The files and directories of cgroups (version 2, cgroups(7)).

/// The content of a kernel file; empty if it cannot be read, with errno.
std::string contentOf(const std::string &path);
/// The paths of the directories in `directory`; none if it is gone. Any other error throws
/// std::system_error.
std::vector<std::string> directoriesIn(const std::string &directory);
/// Opens a file of the cgroup, close-on-exec. Allocates no memory.
UniqueFd openIn(const std::string &directory, const char *name, int flags) noexcept;
/// The living processes in the cgroup and below, sorted; none if it is gone. Processes without a number
/// in this PID namespace are not listed; then `areAll` becomes false. Any other error throws
/// std::system_error.
std::vector<pid_t> membersOfCgroup(const std::string &directory, bool *areAll = nullptr);
/// Whether the cgroup or a cgroup below it contains a living process. True if the answer is unknown.
bool isPopulatedOrUnknown(const std::string &directory) noexcept;
/// The same for an open cgroup.events, however often it was read. Empty if it cannot be read.
std::optional<bool> isPopulated(int events) noexcept;

} // namespace ForkFd::Internal

#endif
