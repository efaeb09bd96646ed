// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/processstatus_linux.h"

#include "core/base/procfile_linux.h"
#include "core/base/refusal.h"
#include "core/base/uniquefd.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>

namespace ForkFd::Internal {

void throwIfExhausted(int errorCode)
{
    if (isShortage(errorCode))
        throw std::system_error(errorCode, std::generic_category());
}

bool ProcessStatus::isZombie() const noexcept
{
    return std::strchr("ZXx", state);
}

std::optional<ProcessStatus> statusOf(pid_t pid)
{
    const UniqueFd file = openProcFile(pid, "stat");
    if (!file)
        throwIfExhausted(errno);
    char text[512];
    return readText(file, text) ? statusIn(text) : std::nullopt;
}

std::optional<ProcessStatus> statusIn(const char *text) noexcept
{
    // The name, in parentheses, may contain any character.
    const char *rest = std::strrchr(text, ')');
    ProcessStatus status = {};
    if (!rest
        || std::sscanf(
               rest,
               ") %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %llu %llu %llu %llu %*d %*d %ld %*d %llu %lu",
               &status.state, &status.parent, &status.group, &status.session, &status.userTime,
               &status.systemTime, &status.waitedUserTime, &status.waitedSystemTime, &status.threads,
               &status.startTime, &status.addressSpace)
            != 11)
        return std::nullopt;
    return status;
}

bool mayBeKilledForCalls()
{
    const UniqueFd file(::open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC));
    if (!file)
        throwIfExhausted(errno);
    char text[4096];
    return !readText(file, text) || mayBeKilledIn(text);
}

// proc_pid_status(5). A kernel without filters has no line "Seccomp".
bool mayBeKilledIn(const char *text) noexcept
{
    const char *filter = std::strstr(text, "\nSeccomp:\t");
    const char *tracer = std::strstr(text, "\nTracerPid:\t");
    return (filter && std::strtol(filter + 10, nullptr, 10) != 0) || !tracer
        || std::strtol(tracer + 12, nullptr, 10) != 0;
}

std::vector<pid_t> allProcesses()
{
    std::vector<pid_t> processes;
    const std::unique_ptr<DIR, int (*)(DIR *)> directory(isProcOurs() ? ::opendir("/proc") : nullptr,
                                                         ::closedir);
    if (!directory)
        throwIfExhausted(errno);
    while (const dirent *entry = directory ? ::readdir(directory.get()) : nullptr) {
        if (const pid_t pid = std::atoi(entry->d_name); pid > 0)
            processes.push_back(pid);
    }
    return processes;
}

} // namespace ForkFd::Internal
