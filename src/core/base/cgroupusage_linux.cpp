// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/cgroupusage_linux.h"

#include "core/base/cgroupfiles_linux.h"
#include "core/base/processstatus_linux.h"
#include "core/base/processusage_linux.h"
#include "core/base/procfile_linux.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>

namespace ForkFd::Internal {

namespace {

using std::chrono::microseconds;

/// The beginning of a file of the cgroup. False if the file cannot be read because its controller is
/// off.
class Text
{
public:
    Text(const std::string &directory, const char *name)
    {
        const UniqueFd file = openIn(directory, name, O_RDONLY);
        if (!file)
            throwIfExhausted(errno);
        m_isRead = readText(file, m_text);
    }

    explicit operator bool() const noexcept { return m_isRead; }
    std::int64_t number() const noexcept { return std::strtoll(m_text, nullptr, 10); }
    /// The number behind `name` in a file of lines with a name and a number.
    std::optional<std::int64_t> number(const char *name) const noexcept
    {
        const char *found = std::strstr(m_text, name);
        if (!found)
            return std::nullopt;
        return std::strtoll(found + std::strlen(name), nullptr, 10);
    }

private:
    char m_text[1024];
    bool m_isRead = false;
};

/// The resident memory of some processes, and whether all of them could be looked at.
struct MembersMemory
{
    std::int64_t now = 0;
    std::int64_t peak = 0;
    bool isWhole = true;
};

/// Adds up the memory of `members`. Afterwards `members` is a newer list. A number counts if it is in
/// both: no other process had it in between.
MembersMemory addUp(const std::string &directory, std::vector<pid_t> &members)
{
    std::vector<std::optional<ResidentMemory>> memories;
    memories.reserve(members.size());
    for (const pid_t pid : members)
        memories.push_back(residentMemoryOf(pid));
    const std::vector<pid_t> before = std::exchange(members, membersOfCgroup(directory));
    MembersMemory sum;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (!std::binary_search(members.begin(), members.end(), before[i]))
            continue;
        sum.isWhole = sum.isWhole && memories[i] && memories[i]->isShown;
        sum.now += memories[i] ? memories[i]->now : 0;
        sum.peak = std::max(sum.peak, memories[i] ? memories[i]->peak : 0);
    }
    sum.isWhole =
        sum.isWhole && std::includes(before.begin(), before.end(), members.begin(), members.end());
    return sum;
}

// Processes that start others may always be ahead of the list. So it gives up after three attempts; then
// the sum is not whole.
MembersMemory memoryOf(const std::string &directory, std::vector<pid_t> &members)
{
    MembersMemory sum;
    for (int attempt = 0; attempt < 3; ++attempt) {
        sum = addUp(directory, members);
        if (sum.isWhole)
            break;
    }
    return sum;
}

} // namespace

std::optional<ProcessesUsage> usageOfCgroup(const std::string &directory)
{
    const Text times(directory, "cpu.stat"); // It needs no controller (cgroup v2, Linux 4.16).
    const std::optional<std::int64_t> userTime = times.number("\nuser_usec ");
    const std::optional<std::int64_t> systemTime = times.number("\nsystem_usec ");
    if (!userTime || !systemTime)
        return std::nullopt;
    bool areAll = true;
    std::vector<pid_t> members = membersOfCgroup(directory, &areAll);
    const Text current(directory, "memory.current");
    const Text peak(directory, "memory.peak"); // Linux 5.19.
    MembersMemory memory = {.now = current.number()};
    if (!current)
        memory = memoryOf(directory, members);
    return ProcessesUsage{.userTime = microseconds(*userTime),
                          .systemTime = microseconds(*systemTime),
                          .residentBytes = memory.now,
                          .maxResidentBytes = peak ? peak.number() : std::max(memory.peak, memory.now),
                          .processCount = static_cast<int>(members.size()),
                          .isWhole = memory.isWhole && areAll,
                          .isPeakWhole = static_cast<bool>(peak)};
}

} // namespace ForkFd::Internal
