// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_CGROUPUSAGE_LINUX_H
#define FORKFD_CORE_BASE_CGROUPUSAGE_LINUX_H

#include "core/base/processesusage.h"

#include <optional>
#include <string>

namespace ForkFd::Internal {

/// What all processes that are or were in this cgroup or below have used. Empty if the cgroup is gone.
/// Throws std::system_error in a shortage, and std::bad_alloc.
std::optional<ProcessesUsage> usageOfCgroup(const std::string &directory);

} // namespace ForkFd::Internal

#endif
