// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_PROCESSUSAGE_LINUX_H
#define FORKFD_CORE_BASE_PROCESSUSAGE_LINUX_H

#include "core/base/processesusage.h"

#include <optional>

#include <sys/types.h>

namespace ForkFd::Internal {

/// The resident memory of a process; 0 for a zombie.
struct ResidentMemory
{
    std::int64_t now = 0; ///< In bytes.
    std::int64_t peak = 0; ///< In bytes.
    bool isShown = true; ///< False if the first thread has ended, and others still use the memory.
};

/// Empty if the process is gone or hidden. Throws std::system_error in a shortage.
std::optional<ResidentMemory> residentMemoryOf(pid_t pid);
/// The same for this content of /proc/PID/status.
ResidentMemory residentMemoryIn(const char *text) noexcept;

/// The usage of the process with this number and start time (ProcessStatus), zombies included. Empty if
/// it is gone or hidden. Throws std::system_error in a shortage.
std::optional<ProcessesUsage> usageOf(pid_t pid, unsigned long long startTime);

} // namespace ForkFd::Internal

#endif
