// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_CGROUPMOUNT_LINUX_H
#define FORKFD_CORE_BASE_CGROUPMOUNT_LINUX_H

#include <string>

namespace ForkFd::Internal {

/// The directory of this process's cgroup (version 2), and the mount point above it. Empty if there is
/// none.
struct OwnDirectory
{
    std::string path;
    std::string top;
};

OwnDirectory ownDirectory();
/// The same for these contents of /proc/self/mountinfo and /proc/self/cgroup.
OwnDirectory ownDirectoryIn(const std::string &mountInfo, const std::string &membership);

} // namespace ForkFd::Internal

#endif
