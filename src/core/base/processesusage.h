// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_PROCESSESUSAGE_H
#define FORKFD_CORE_BASE_PROCESSESUSAGE_H

#include <ForkFd/exitinfo.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace ForkFd::Internal {

/// What one or more processes have used. The times include descendants that have ended and were waited
/// for.
struct ProcessesUsage
{
    std::chrono::microseconds userTime{0};
    std::chrono::microseconds systemTime{0};
    std::int64_t residentBytes = 0;
    std::int64_t maxResidentBytes = 0; ///< As far as known, unless isPeakWhole.
    int processCount = 0; ///< Without zombies.
    bool isWhole = false; ///< No process is missing, except in maxResidentBytes.
    bool isPeakWhole = false; ///< maxResidentBytes is the peak of all processes together.

    /// Call this if a single process has had this much memory.
    void raisePeak(std::int64_t bytes) noexcept
    {
        if (!isPeakWhole)
            maxResidentBytes = std::max(maxResidentBytes, bytes);
    }
    /// Adds the usage of other processes. Leaves `isWhole` and `isPeakWhole` alone.
    ProcessesUsage &operator+=(const ProcessesUsage &other) noexcept
    {
        userTime += other.userTime;
        systemTime += other.systemTime;
        residentBytes += other.residentBytes;
        maxResidentBytes = std::max(maxResidentBytes, other.maxResidentBytes);
        processCount += other.processCount;
        return *this;
    }
};

/// The usage of a child that has ended, if it `hasUsage`.
inline ProcessesUsage usageOf(const ExitInfo &end) noexcept
{
    ProcessesUsage usage;
    usage.userTime = end.userTime();
    usage.systemTime = end.systemTime();
    usage.maxResidentBytes = end.maxResidentBytes();
    return usage;
}

} // namespace ForkFd::Internal

#endif
