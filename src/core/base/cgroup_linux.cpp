// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/cgroup.h"

#include "core/base/pidfd_linux.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

namespace fs = std::filesystem;

// The content of a kernel file; empty if it cannot be read. A std::ifstream is not close-on-exec.
std::string contentOf(const std::string &path)
{
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string content;
    std::array<char, 4096> piece;
    ssize_t size;
    while (file && (size = ::read(file.get(), piece.data(), piece.size())) > 0)
        content.append(piece.data(), static_cast<std::size_t>(size));
    return content;
}

/// A mount of cgroup version 2: its mount point, and the cgroup that is visible as its root.
struct Mount
{
    std::string point;
    std::string root;
};

// cgroups(7): beside version 1 it may be mounted anywhere. In a line of mountinfo (proc(5)) the fourth
// word is the root, the fifth the mount point. The type comes after " - ".
Mount findMount()
{
    std::istringstream lines(contentOf("/proc/self/mountinfo"));
    for (std::string line; std::getline(lines, line);) {
        if (line.find(" - cgroup2 ") == std::string::npos)
            continue;
        std::istringstream words(line);
        std::string number;
        Mount mount;
        words >> number >> number >> number >> mount.root >> mount.point;
        return mount;
    }
    return {};
}

// cgroups(7), "/proc/[pid]/cgroup": the line of version 2 has the number 0 and no controllers.
std::string ownPath()
{
    std::istringstream lines(contentOf("/proc/self/cgroup"));
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("0::", 0) == 0)
            return line.substr(3);
    }
    return {};
}

std::string ownDirectory()
{
    const Mount mount = findMount();
    const std::string path = ownPath();
    if (mount.point.empty() || path.empty())
        return {};
    if (mount.root == "/")
        return mount.point + (path == "/" ? "" : path);
    // A container sees only a part of the tree.
    return path.rfind(mount.root, 0) == 0 ? mount.point + path.substr(mount.root.size()) : std::string();
}

// A removed directory has no members. Any other error must not look like an empty cgroup.
void throwUnlessGone(const std::error_code &error)
{
    if (error && error.value() != ENOENT && error.value() != ENODEV)
        throw std::system_error(error);
}

std::vector<fs::path> directoriesIn(const fs::path &directory)
{
    std::vector<fs::path> directories;
    std::error_code error;
    for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
        std::error_code none;
        if (it->is_directory(none))
            directories.push_back(it->path());
    }
    throwUnlessGone(error);
    return directories;
}

void addMembers(std::vector<pid_t> &members, const fs::path &directory)
{
    errno = 0;
    std::istringstream numbers(contentOf((directory / "cgroup.procs").string()));
    // The processes of a threaded cgroup are in the list of the cgroup above (cgroups(7), "Thread
    // mode").
    if (errno != EOPNOTSUPP)
        throwUnlessGone({errno, std::generic_category()});
    for (pid_t pid; numbers >> pid;) {
        if (pid > 0) // 0 stands for a process without a number in this namespace (pid_namespaces(7)).
            members.push_back(pid);
    }
    for (const fs::path &below : directoriesIn(directory))
        addMembers(members, below);
}

/// The result is sorted.
std::vector<pid_t> membersOf(const fs::path &directory)
{
    std::vector<pid_t> members;
    addMembers(members, directory);
    std::sort(members.begin(), members.end());
    return members;
}

/// Opens handles to members that are not in `told`. It opens only a few at a time, so that the list is
/// still true when the caller reads it again. Returns whether there was such a member.
bool holdNewMembers(const fs::path &directory, const std::vector<pid_t> &told,
                    std::vector<ProcessHandle> &handles)
{
    constexpr std::size_t maximum = 32;
    handles.clear();
    bool isNew = false;
    const std::vector<pid_t> members = membersOf(directory);
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

/// When the time is over: `result` if all members were told; EINPROGRESS if a process that was there
/// first was not; else ETIMEDOUT. The lists are sorted.
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

// The path is on the stack: a kill must not fail for lack of memory.
UniqueFd openIn(const std::string &directory, const char *name, int flags) noexcept
{
    char path[PATH_MAX];
    const int size = std::snprintf(path, sizeof path, "%s/%s", directory.c_str(), name);
    if (size < 0 || static_cast<std::size_t>(size) >= sizeof path) {
        errno = ENAMETOOLONG;
        return {};
    }
    return UniqueFd(::open(path, flags | O_CLOEXEC));
}

bool removeEmpty(const fs::path &directory)
{
    std::error_code error;
    for (const fs::directory_entry &entry : fs::directory_iterator(directory, error)) {
        if (entry.is_directory(error))
            removeEmpty(entry.path());
    }
    return ::rmdir(directory.c_str()) == 0 || errno == ENOENT;
}

// cgroups(7), "Cgroups v2 cgroup.events": the value covers the cgroup and all below.
bool isPopulatedOrUnknown(const std::string &directory) noexcept
{
    const UniqueFd file = openIn(directory, "cgroup.events", O_RDONLY);
    char text[256];
    const ssize_t size = file ? ::read(file.get(), text, sizeof text) : -1;
    if (size < 0)
        return errno != ENOENT && errno != ENODEV;
    return std::string_view(text, static_cast<std::size_t>(size)).find("populated 1")
        != std::string_view::npos;
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
    return std::sscanf(name.c_str(), "forkfd-%d-%u%n", &owner, &number, &length) == 2
        && name.size() == static_cast<std::size_t>(length) && owner > 0 && ::kill(owner, 0) != 0
        && errno == ESRCH;
}

// A killed process leaves its cgroups behind. Cgroups with a process in them cannot be removed. A live
// process in another PID namespace may look dead. If its new cgroup is removed, it starts its child
// without a cgroup.
void removeThoseOfDeadProcesses(const std::string &parent) noexcept
try {
    for (const fs::path &directory : directoriesIn(parent)) {
        if (isOfDeadProcess(directory.filename().string()))
            removeUnlessPopulated(directory.string());
    }
} catch (const std::exception &) { // The next make() tries again.
}

} // namespace

PrivateCgroup PrivateCgroup::make(const std::string &parent)
{
    static std::atomic<unsigned> counter;
    PrivateCgroup group;
    const std::string directory = parent.empty() ? ownDirectory() : parent;
    if (directory.empty())
        return group;
    removeThoseOfDeadProcesses(directory);
    // A process in another PID namespace, or an earlier one with this number, may have used the name.
    do {
        group.m_path =
            directory + "/forkfd-" + std::to_string(::getpid()) + '-' + std::to_string(++counter);
    } while (::mkdir(group.m_path.c_str(), 0755) != 0 && errno == EEXIST);
    group.m_owner = ProcessIdentity::current();
    const std::string killFile = group.m_path + "/cgroup.kill";
    if (::faccessat(AT_FDCWD, killFile.c_str(), W_OK, AT_EACCESS) != 0) {
        ::rmdir(group.m_path.c_str()); // Fails if mkdir() failed.
        group.m_path.clear();
    }
    return group;
}

PrivateCgroup &PrivateCgroup::operator=(PrivateCgroup &&other) noexcept
{
    m_path = std::exchange(other.m_path, {});
    m_owner = other.m_owner;
    m_isKilled = other.m_isKilled;
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

int PrivateCgroup::kill() noexcept
{
    if (!isPopulated())
        return ESRCH;
    const UniqueFd file = openIn(m_path, "cgroup.kill", O_WRONLY);
    if (!file || ::write(file.get(), "1", 1) != 1)
        return errno;
    m_isKilled = true;
    return 0;
}

int PrivateCgroup::sendSignals(std::initializer_list<int> signals, Progress &progress,
                               Clock::time_point end) const noexcept
try {
    if (!isOfThisProcess())
        return ESRCH;
    if (!progress.hasBegun)
        progress.first = membersOf(m_path);
    progress.hasBegun = true;
    std::vector<pid_t> &told = progress.told;
    int result = ESRCH;
    std::vector<ProcessHandle> handles;
    while (holdNewMembers(m_path, told, handles)) {
        // A number counts only if the list contains it before and after the handle was opened. Then it
        // cannot have belonged to another process in between.
        const std::vector<pid_t> members = membersOf(m_path);
        for (const ProcessHandle &handle : handles) {
            if (!std::binary_search(members.begin(), members.end(), handle.pid()))
                continue;
            told.insert(std::upper_bound(told.begin(), told.end(), handle.pid()), handle.pid());
            for (const int signal : signals) {
                const int errorCode = handle.sendSignal(signal);
                result = errorCode == 0 || result == ESRCH ? errorCode : result;
            }
        }
        if (Clock::now() >= end)
            return resultAtTheEnd(progress, membersOf(m_path), result);
    }
    return result;
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
