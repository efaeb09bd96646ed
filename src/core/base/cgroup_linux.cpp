// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/cgroup.h"

#include "core/base/access.h"
#include "core/base/cgroupfiles_linux.h"
#include "core/base/cgroupmount_linux.h"
#include "core/base/cgroupusage_linux.h"
#include "core/base/pidfd_linux.h"
#include "core/base/signalresult.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

/// Opens handles to members that are not in `told`. It opens only a few at a time, so that the list has
/// hardly changed when the caller reads it again. Returns whether there was such a member.
bool holdNewMembers(const std::string &directory, const std::vector<pid_t> &told,
                    std::vector<ProcessHandle> &handles)
{
    constexpr std::size_t maximum = 32;
    handles.clear();
    bool isNew = false;
    const std::vector<pid_t> members = membersOfCgroup(directory);
    // Reserves a descriptor, so that the caller can read the list while it holds the handles.
    const UniqueFd reserve(::open(directory.c_str(), O_PATH | O_CLOEXEC));
    for (const pid_t pid : members) {
        if (std::binary_search(told.begin(), told.end(), pid))
            continue;
        isNew = true;
        ProcessHandle handle(pid);
        const int errorCode = handle.isOpen() ? 0 : errno;
        if (handle.isOpen())
            handles.push_back(std::move(handle));
        else if (errorCode != ESRCH && handles.empty())
            throw std::system_error(errorCode, std::generic_category());
        if (handles.size() == maximum || (errorCode != 0 && errorCode != ESRCH))
            break;
    }
    return isNew;
}

/// When the time is over: `result` if all members were told; EINPROGRESS if a process of
/// `progress.first` was not; else ETIMEDOUT. The lists are sorted.
int resultAtTheEnd(const PrivateCgroup::Progress &progress, const std::vector<pid_t> &members,
                   int result)
{
    std::vector<pid_t> left;
    std::set_difference(members.begin(), members.end(), progress.told.begin(), progress.told.end(),
                        std::back_inserter(left));
    if (left.empty())
        return result;
    const std::vector<pid_t> &first = progress.first;
    const bool wasFirst = std::any_of(left.begin(), left.end(), [&first](pid_t pid) {
        return std::binary_search(first.begin(), first.end(), pid);
    });
    return wasFirst ? EINPROGRESS : ETIMEDOUT;
}

bool removeEmpty(const std::string &directory)
{
    for (const std::string &below : directoriesIn(directory))
        removeEmpty(below);
    return ::rmdir(directory.c_str()) == 0 || errno == ENOENT;
}

// If the cgroup is populated, empty cgroups below it stay: a service manager or a container runtime in
// it may be about to put a process there.
bool removeUnlessPopulated(const std::string &directory)
{
    if (::rmdir(directory.c_str()) == 0 || errno == ENOENT)
        return true;
    return !isPopulatedOrUnknown(directory) && removeEmpty(directory);
}

bool isOfDeadProcess(const std::string &name) noexcept
{
    int owner = 0;
    unsigned number = 0;
    int length = 0;
    return std::sscanf(name.c_str(), "forkfd-%d-%u-%n", &owner, &number, &length) == 2 && length > 0
        && owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH;
}

// The names of programs may have any bytes. A dot could make the name look like a unit of systemd.
std::string readableName(std::string_view program)
{
    constexpr std::size_t maximum = 32;
    program.remove_prefix(program.rfind('/') + 1); // npos + 1 is 0.
    std::string name(program.substr(0, maximum));
    const auto isPlain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-'
            || c == '+';
    };
    std::replace_if(
        name.begin(), name.end(), [&](char c) { return !isPlain(c); }, '_');
    return name;
}

// Returns the path of a new cgroup that this process can kill; empty if there is none, with errno.
std::string makeBelow(const std::string &directory, const std::string &name)
{
    static std::atomic<unsigned> counter;
    std::string path;
    // A process in another PID namespace, or an earlier one with this number, may have used the name.
    do {
        path = directory + "/forkfd-" + std::to_string(::getpid()) + '-' + std::to_string(++counter)
            + '-' + name;
        const std::string killFile = path + "/cgroup.kill"; // If this throws, there is no directory yet.
        if (::mkdir(path.c_str(), 0755) == 0) {
            if (mayAccess(killFile.c_str(), W_OK))
                return path;
            const int errorCode = errno;
            ::rmdir(path.c_str());
            errno = errorCode;
            return {};
        }
    } while (errno == EEXIST);
    return {};
}

// cgroups(7), "Delegation containment": a process may be moved only within directories whose
// cgroup.procs its mover may write to, up to the first that contains both cgroups.
bool mayMoveBelow(const std::string &directory)
{
    const std::string members = directory + "/cgroup.procs";
    return mayAccess(members.c_str(), W_OK);
}

// Tries the cgroup of this process and then those above it.
std::string makeNearOwn(const std::string &name, std::string &directory)
{
    const OwnDirectory own = ownDirectory();
    for (directory = own.path; !directory.empty(); directory.resize(directory.rfind('/'))) {
        std::string path = mayMoveBelow(directory) ? makeBelow(directory, name) : std::string();
        if (!path.empty() || directory.size() <= own.top.size() || (errno != EACCES && errno != EPERM))
            return path;
    }
    return {};
}

// A killed process leaves its cgroups behind. Cgroups with a process in them cannot be removed. A live
// process in another PID namespace may look dead. If its new cgroup is removed, it starts its child
// without a cgroup.
void removeCgroupsOfDeadProcesses(const std::string &parent) noexcept
try {
    for (const std::string &directory : directoriesIn(parent)) {
        if (isOfDeadProcess(directory.substr(directory.rfind('/') + 1)))
            removeUnlessPopulated(directory);
    }
} catch (const std::exception &) { // The next make() tries again.
}

} // namespace

PrivateCgroup PrivateCgroup::make(const std::string &parent, std::string_view program)
{
    const std::string name = readableName(program);
    PrivateCgroup group;
    std::string directory = parent;
    group.m_path = parent.empty() ? makeNearOwn(name, directory) : makeBelow(parent, name);
    group.m_owner = ProcessIdentity::current();
    if (group)
        removeCgroupsOfDeadProcesses(directory);
    return group;
}

PrivateCgroup &PrivateCgroup::operator=(PrivateCgroup &&other) noexcept
{
    m_path = std::exchange(other.m_path, {});
    m_owner = other.m_owner;
    m_isToBeKilled = other.m_isToBeKilled;
    return *this;
}

UniqueFd PrivateCgroup::open() const noexcept
{
    return UniqueFd(::open(m_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

bool PrivateCgroup::isOfThisProcess() const noexcept
{
    return !m_path.empty() && m_owner.isCurrent();
}

bool PrivateCgroup::isPopulated() const noexcept
{
    return isOfThisProcess() && isPopulatedOrUnknown(m_path);
}

std::vector<pid_t> PrivateCgroup::members() const
{
    return isOfThisProcess() ? membersOfCgroup(m_path) : std::vector<pid_t>();
}

UniqueFd PrivateCgroup::openEvents() const noexcept
{
    return openIn(m_path, "cgroup.events", O_RDONLY);
}

std::optional<bool> PrivateCgroup::isPopulated(int events) noexcept
{
    return Internal::isPopulated(events);
}

std::optional<ProcessesUsage> PrivateCgroup::usage() const
{
    return isOfThisProcess() ? usageOfCgroup(m_path) : std::nullopt;
}

int PrivateCgroup::kill() noexcept
{
    if (!isPopulated())
        return ESRCH;
    m_isToBeKilled = true;
    const UniqueFd file = openIn(m_path, "cgroup.kill", O_WRONLY);
    if (!file || ::write(file.get(), "1", 1) != 1)
        return errno;
    return 0;
}

// A number is hardly given out again at once, and SIGCONT ends no process.
void PrivateCgroup::continueMembers(const std::vector<pid_t> &members)
{
    for (const pid_t pid : members) {
        if (const ProcessHandle handle(pid); handle.isOpen())
            handle.sendSignal(SIGCONT);
        else
            ::kill(pid, SIGCONT);
    }
}

int PrivateCgroup::sendSignals(std::initializer_list<int> signals, Progress &progress,
                               Clock::time_point end) const noexcept
try {
    if (!isOfThisProcess())
        return ESRCH;
    if (!progress.hasBegun) {
        progress.first = membersOfCgroup(m_path);
        if (signals.size() > 1)
            continueMembers(progress.first);
    }
    progress.hasBegun = true;
    std::vector<pid_t> &told = progress.told;
    SignalResult result;
    std::vector<ProcessHandle> handles;
    while (holdNewMembers(m_path, told, handles)) {
        // A number counts only if the list contains it before and after the handle was opened. Then it
        // cannot have belonged to another process in between.
        const std::vector<pid_t> members = membersOfCgroup(m_path);
        for (const ProcessHandle &handle : handles) {
            if (!std::binary_search(members.begin(), members.end(), handle.pid()))
                continue;
            told.insert(std::upper_bound(told.begin(), told.end(), handle.pid()), handle.pid());
            result.add(handle.sendSignal(*std::rbegin(signals)));
        }
        if (Clock::now() >= end)
            return resultAtTheEnd(progress, membersOfCgroup(m_path), result.errorCode());
    }
    return result.errorCode();
} catch (const std::system_error &error) {
    return error.code().value();
} catch (const std::exception &) {
    return ENOMEM;
}

bool PrivateCgroup::remove() const noexcept
try {
    return !isOfThisProcess() || removeUnlessPopulated(m_path);
} catch (const std::exception &) {
    return false;
}

} // namespace ForkFd::Internal
