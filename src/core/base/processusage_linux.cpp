// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/processusage_linux.h"

#include "core/base/processstatus_linux.h"
#include "core/base/procfile_linux.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <limits>

#include <unistd.h>

namespace ForkFd::Internal {

namespace {

using std::chrono::microseconds;

microseconds ofTicks(unsigned long long ticks) noexcept
{
    constexpr unsigned long long maximum = std::numeric_limits<long long>::max() / 1'000'000;
    static const long perSecond = ::sysconf(_SC_CLK_TCK);
    return microseconds(static_cast<long long>(std::min(ticks, maximum)) * 1'000'000 / perSecond);
}

// The process's own clock counts nanoseconds, but /proc has ticks of 10 ms, and short processes use
// less. Any process may read it. 0 if it cannot be read.
microseconds clockOf(pid_t pid) noexcept
{
    clockid_t clock;
    timespec time = {};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
        return {};
    return std::chrono::duration_cast<microseconds>(std::chrono::seconds(time.tv_sec)
                                                    + std::chrono::nanoseconds(time.tv_nsec));
}

/// proc_pid_status(5): "VmRSS:      1234 kB", "Threads:        1". 0 if there is no such line.
std::int64_t numberIn(const char *text, const char *name) noexcept
{
    const char *line = std::strstr(text, name);
    return line ? std::strtoll(line + std::strlen(name), nullptr, 10) : 0;
}

// The file has numbers in KiB. File systems that replace /proc may contain any number.
std::int64_t bytesIn(const char *text, const char *name) noexcept
{
    constexpr std::int64_t maximum = std::numeric_limits<std::int64_t>::max() / 1024;
    return std::clamp(numberIn(text, name), std::int64_t{0}, maximum) * 1024;
}

} // namespace

std::optional<ResidentMemory> residentMemoryOf(pid_t pid)
{
    const UniqueFd file = openProcFile(pid, "status");
    if (!file)
        throwIfExhausted(errno);
    char text[4096]; // The lines come before those whose length depends on the number of processors.
    if (!readText(file, text))
        return std::nullopt;
    return residentMemoryIn(text);
}

ResidentMemory residentMemoryIn(const char *text) noexcept
{
    // A thread that has ended has no memory, even if it is the first thread of a living process.
    const bool hasMemory = std::strstr(text, "\nVmRSS:") != nullptr;
    return ResidentMemory{.now = bytesIn(text, "\nVmRSS:"),
                          .peak = bytesIn(text, "\nVmHWM:"),
                          .isShown = hasMemory || numberIn(text, "\nThreads:") <= 1};
}

// The status is read last: if it has the start time, the number was this process's all the time.
std::optional<ProcessesUsage> usageOf(pid_t pid, unsigned long long startTime)
{
    const std::optional<ResidentMemory> memory = residentMemoryOf(pid);
    const microseconds precise = clockOf(pid);
    const std::optional<ProcessStatus> status = statusOf(pid);
    if (!memory || !status || status->startTime != startTime)
        return std::nullopt;
    const microseconds systemTime = ofTicks(status->systemTime);
    const microseconds userTime = std::max(precise - systemTime, ofTicks(status->userTime));
    return ProcessesUsage{.userTime = userTime + ofTicks(status->waitedUserTime),
                          .systemTime = systemTime + ofTicks(status->waitedSystemTime),
                          .residentBytes = memory->now,
                          .maxResidentBytes = memory->peak,
                          .processCount = status->isTornDown() ? 0 : 1};
}

} // namespace ForkFd::Internal
