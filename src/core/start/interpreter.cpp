// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/interpreter.h"

#include "core/base/uniquefd.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

constexpr std::size_t longestLine = 256; // Linux reads this much since 5.1 (execve(2)).

// The first word after "#!".
std::string interpreterInLine(std::string_view line)
{
    line.remove_prefix(2);
    const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
    line.remove_prefix(begin);
    return std::string(line.substr(0, line.find_first_of(std::string_view(" \t\n\0", 4))));
}

constexpr int readFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

bool isRegular(const UniqueFd &file) noexcept
{
    struct stat status;
    return file && ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
}

// Opening a device may have effects, and a user who may change the path can put a device there at any
// time. With O_PATH, the file that is opened is exactly the one that was checked. That needs /proc.
UniqueFd openRegularFile(const char *path)
{
#ifdef O_PATH
    const UniqueFd place(::open(path, O_PATH | O_CLOEXEC));
    if (!isRegular(place))
        return {};
    const std::string link = "/proc/self/fd/" + std::to_string(place.get());
    return UniqueFd(::open(link.c_str(), readFlags));
#else
    UniqueFd file(::open(path, readFlags));
    return isRegular(file) ? std::move(file) : UniqueFd();
#endif
}

} // namespace

std::string interpreterOf(const std::string &path)
{
    const UniqueFd file = openRegularFile(path.c_str());
    if (!file)
        return {};
    std::array<char, longestLine> start;
    const ssize_t size = ::pread(file.get(), start.data(), start.size(), 0);
    if (size < 2)
        return {};
    const std::string_view line(start.data(), static_cast<std::size_t>(size));
    return line.substr(0, 2) == "#!" ? interpreterInLine(line) : loaderOf(file.get());
}

} // namespace ForkFd::Internal
