// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "privatecgroup.h"

#include "processhandle_linux.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <sstream>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

namespace fs = std::filesystem;

// What a file of the kernel holds; empty when it cannot be read. The standard's streams would leave it
// open across an exec.
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

/// Where cgroups of version 2 are mounted, and which of them is the root of what is seen there.
struct Mount
{
    std::string point;
    std::string root;
};

// cgroups(7): beside version 1 it may be mounted anywhere. Each line is as proc(5) says,
// "/proc/pid/mountinfo": the root is the fourth word, the mount point the fifth; the type comes after "
// - ".
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
    // A container sees a part of the tree only.
    return path.rfind(mount.root, 0) == 0 ? mount.point + path.substr(mount.root.size()) : std::string();
}

std::vector<pid_t> membersOf(const fs::path &directory)
{
    std::vector<pid_t> members;
    std::istringstream numbers(contentOf(directory / "cgroup.procs"));
    for (pid_t pid; numbers >> pid;)
        members.push_back(pid);
    std::error_code error;
    for (const fs::directory_entry &entry : fs::directory_iterator(directory, error)) {
        if (entry.is_directory(error)) {
            const std::vector<pid_t> below = membersOf(entry.path());
            members.insert(members.end(), below.begin(), below.end());
        }
    }
    std::sort(members.begin(), members.end());
    return members;
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

} // namespace

PrivateCgroup PrivateCgroup::make(const std::string &parent)
{
    static std::atomic<unsigned> counter;
    PrivateCgroup group;
    const std::string directory = parent.empty() ? ownDirectory() : parent;
    if (directory.empty())
        return group;
    // A number may have been used in another process namespace, or by a process that left its directory.
    do {
        group.m_path =
            directory + "/forkfd-" + std::to_string(::getpid()) + '-' + std::to_string(++counter);
    } while (::mkdir(group.m_path.c_str(), 0755) != 0 && errno == EEXIST);
    group.m_owner = ProcessIdentity::current();
    const std::string killFile = group.m_path + "/cgroup.kill";
    if (::faccessat(AT_FDCWD, killFile.c_str(), W_OK, AT_EACCESS) != 0) {
        ::rmdir(group.m_path.c_str()); // Fails if there is none.
        group.m_path.clear();
    }
    return group;
}

PrivateCgroup::PrivateCgroup(PrivateCgroup &&other) noexcept
    : m_path(std::exchange(other.m_path, {}))
    , m_owner(other.m_owner)
    , m_isKilled(other.m_isKilled)
{
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

// cgroups(7), "Cgroups v2 cgroup.events": of this one and all below.
bool PrivateCgroup::isPopulated() const noexcept
try {
    return isOfThisProcess()
        && contentOf(m_path + "/cgroup.events").find("populated 1") != std::string::npos;
} catch (const std::exception &) {
    return true; // Whoever asks goes on to look after it.
}

int PrivateCgroup::kill() noexcept
try {
    if (!isPopulated())
        return ESRCH;
    const UniqueFd file(::open((m_path + "/cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC));
    m_isKilled = file && ::write(file.get(), "1", 1) == 1;
    return m_isKilled ? 0 : errno;
} catch (const std::exception &) {
    return ENOMEM;
}

// A number counts only if it is in the list before and after it became a handle: in between it cannot
// have been a stranger's.
int PrivateCgroup::sendSignal(int signal) const noexcept
try {
    if (!isOfThisProcess())
        return ESRCH;
    int result = ESRCH;
    std::vector<pid_t> told;
    for (bool isNew = true; isNew;) {
        isNew = false;
        std::vector<ProcessHandle> handles;
        for (const pid_t pid : membersOf(m_path)) {
            if (!std::binary_search(told.begin(), told.end(), pid))
                handles.emplace_back(pid);
        }
        const std::vector<pid_t> members = membersOf(m_path);
        for (const ProcessHandle &handle : handles) {
            if (!std::binary_search(members.begin(), members.end(), handle.pid()))
                continue;
            const int errorCode = handle.sendSignal(signal);
            result = errorCode == 0 || result == ESRCH ? errorCode : result;
            told.insert(std::upper_bound(told.begin(), told.end(), handle.pid()), handle.pid());
            isNew = true;
        }
    }
    return result;
} catch (const std::exception &) {
    return ENOMEM;
}

bool PrivateCgroup::remove() noexcept
try {
    if (!isOfThisProcess())
        return true;
    if (!removeEmpty(m_path))
        return false;
    m_path.clear();
    return true;
} catch (const std::exception &) {
    return false;
}

} // namespace ForkFd::Internal
