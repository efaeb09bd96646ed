// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/cgroupfiles_linux.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string_view>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

// A removed directory has no members. Any other error must not look like an empty cgroup.
void throwUnlessGone(const std::error_code &error)
{
    if (error && error.value() != ENOENT && error.value() != ENODEV)
        throw std::system_error(error);
}

void addMembers(std::vector<pid_t> &members, const std::string &directory, bool *areAll)
{
    errno = 0;
    std::istringstream numbers(contentOf(directory + "/cgroup.procs"));
    // The processes of a threaded cgroup are in the list of the cgroup above (cgroups(7), "Thread
    // mode").
    if (errno != EOPNOTSUPP)
        throwUnlessGone({errno, std::generic_category()});
    for (pid_t pid; numbers >> pid;) {
        if (pid > 0) // 0 stands for a process without a number in this namespace (pid_namespaces(7)).
            members.push_back(pid);
        else if (areAll)
            *areAll = false;
    }
    for (const std::string &below : directoriesIn(directory))
        addMembers(members, below, areAll);
}

// cgroups(7), "Cgroups v2 cgroup.events": the value covers the cgroup and all below. `size` is the
// result of a read; a removed cgroup is empty.
std::optional<bool> isPopulatedIn(const char *text, ssize_t size) noexcept
{
    if (size < 0)
        return errno == ENODEV ? std::optional<bool>(false) : std::nullopt;
    return std::string_view(text, static_cast<std::size_t>(size)).find("populated 1")
        != std::string_view::npos;
}

} // namespace

// A std::ifstream is not close-on-exec.
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

// Does not use std::filesystem, which ends the program if there is no memory: in libstdc++ functions
// that allocate the names are noexcept.
std::vector<std::string> directoriesIn(const std::string &directory)
{
    std::vector<std::string> directories;
    const std::unique_ptr<DIR, int (*)(DIR *)> opened(::opendir(directory.c_str()), ::closedir);
    if (!opened) {
        throwUnlessGone({errno, std::generic_category()});
        return directories;
    }
    errno = 0;
    while (const dirent *entry = ::readdir(opened.get())) {
        const std::string_view name = entry->d_name;
        if (entry->d_type == DT_DIR && name != "." && name != "..") // cgroup2 fills d_type.
            directories.push_back(directory + '/' + entry->d_name);
        errno = 0;
    }
    throwUnlessGone({errno, std::generic_category()});
    return directories;
}

std::vector<pid_t> membersOfCgroup(const std::string &directory, bool *areAll)
{
    std::vector<pid_t> members;
    addMembers(members, directory, areAll);
    std::sort(members.begin(), members.end());
    return members;
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

bool isPopulatedOrUnknown(const std::string &directory) noexcept
{
    const UniqueFd file = openIn(directory, "cgroup.events", O_RDONLY);
    if (!file)
        return errno != ENOENT && errno != ENODEV;
    char text[256];
    return isPopulatedIn(text, ::read(file.get(), text, sizeof text)).value_or(true);
}

std::optional<bool> isPopulated(int events) noexcept
{
    char text[256];
    return isPopulatedIn(text, ::pread(events, text, sizeof text, 0));
}

} // namespace ForkFd::Internal
