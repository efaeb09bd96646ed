// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/cgroupmount_linux.h"

#include "core/base/cgroupfiles_linux.h"

#include <sstream>

namespace ForkFd::Internal {

namespace {

/// A mount of cgroup version 2: its mount point, and the cgroup that is visible as its root.
struct Mount
{
    std::string point;
    std::string root;
};

// The kernel writes a blank, a tab, a newline and a backslash as a backslash and three octal digits.
std::string unescaped(const std::string &word)
{
    const auto isOctal = [](char c) { return c >= '0' && c <= '7'; };
    std::string text;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (word[i] == '\\' && i + 3 < word.size() && isOctal(word[i + 1]) && isOctal(word[i + 2])
            && isOctal(word[i + 3])) {
            text += static_cast<char>((word[i + 1] - '0') * 64 + (word[i + 2] - '0') * 8 + word[i + 3]
                                      - '0');
            i += 3;
        } else {
            text += word[i];
        }
    }
    return text;
}

// cgroups(7): if version 1 is also mounted, version 2 may be mounted anywhere. In a line of mountinfo
// (proc(5)) the fourth word is the root, and the fifth is the mount point. The type comes after " - ".
Mount mountIn(const std::string &mountInfo)
{
    std::istringstream lines(mountInfo);
    for (std::string line; std::getline(lines, line);) {
        if (line.find(" - cgroup2 ") == std::string::npos)
            continue;
        std::istringstream words(line);
        std::string number;
        Mount mount;
        words >> number >> number >> number >> mount.root >> mount.point;
        return {unescaped(mount.point), unescaped(mount.root)};
    }
    return {};
}

// cgroups(7), "/proc/[pid]/cgroup": the line of version 2 has the number 0 and no controllers.
std::string pathIn(const std::string &membership)
{
    std::istringstream lines(membership);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("0::", 0) == 0)
            return line.substr(3);
    }
    return {};
}

} // namespace

OwnDirectory ownDirectory()
{
    return ownDirectoryIn(contentOf("/proc/self/mountinfo"), contentOf("/proc/self/cgroup"));
}

OwnDirectory ownDirectoryIn(const std::string &mountInfo, const std::string &membership)
{
    const Mount mount = mountIn(mountInfo);
    const std::string path = pathIn(membership);
    if (mount.point.empty() || path.empty())
        return {};
    if (mount.root == "/")
        return {mount.point + (path == "/" ? "" : path), mount.point};
    // A container sees only a part of the tree.
    const std::size_t size = mount.root.size();
    if (path.rfind(mount.root, 0) != 0 || (path.size() > size && path[size] != '/'))
        return {};
    return {mount.point + path.substr(size), mount.point};
}

} // namespace ForkFd::Internal
