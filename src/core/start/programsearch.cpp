// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/programsearch.h"

#include "core/base/access.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

/// The error of a search without a result.
class SearchError
{
public:
    void add(int errorCode) noexcept
    {
        m_last = errorCode;
        m_wasRefused = m_wasRefused || errorCode == EACCES;
        if (m_first == 0 && !isOrdinary(errorCode))
            m_first = errorCode;
    }

    int code() const noexcept
    {
        if (m_wasRefused)
            return EACCES;
        return m_first != 0 ? m_first : m_last;
    }

private:
    // glibc's execvp(3) ignores these errors and continues. It remembers EACCES, and stops at all
    // others.
    static bool isOrdinary(int errorCode) noexcept
    {
        return errorCode == ENOENT || errorCode == ENOTDIR || errorCode == ESTALE || errorCode == ENODEV
            || errorCode == ETIMEDOUT;
    }

    bool m_wasRefused = false;
    int m_first = 0;
    int m_last = ENOENT;
};

/// Between two entries of a search path. No name of a directory contains it.
constexpr char separator = '\0';

std::string_view pathVariable() noexcept
{
    const char *variable = std::getenv("PATH");
    return variable ? variable : "/bin:/usr/bin"; // POSIX leaves the default open; this one is glibc's.
}

bool hasSlash(const std::string &program) noexcept
{
    return program.find('/') != std::string::npos;
}

std::string join(std::string_view directory, const std::string &program)
{
    std::string path(directory.empty() ? "." : directory);
    if (path.back() != '/')
        path += '/';
    return path + program;
}

} // namespace

std::string absolutePath(const std::string &path)
{
    std::error_code error;
    const std::filesystem::path absolute = std::filesystem::absolute(path, error);
    return error ? path : absolute.string();
}

// The search continues after every error, as in shells and QStandardPaths. glibc's execvp(3) stops at
// ELOOP or EIO. For a directory the error is EACCES.
int checkExecutable(const char *path) noexcept
{
    struct stat status;
    if (::stat(path, &status) != 0)
        return errno;
    return S_ISREG(status.st_mode) && mayAccess(path, X_OK) ? 0 : EACCES;
}

std::optional<std::string> findExecutable(const std::string &searchPath, const std::string &program,
                                          EmptyEntry emptyEntry, int *errorCode)
{
    if (hasSlash(program) || program.find('\0') != std::string::npos)
        return program; // StartPlan refuses a NUL.
    SearchError error;
    const std::string_view path = searchPath;
    for (std::size_t begin = 0; !program.empty() && begin <= path.size();) {
        const std::size_t end = std::min(path.find(separator, begin), path.size());
        const std::string_view entry = path.substr(begin, end - begin);
        begin = end + 1;
        if (entry.empty() && emptyEntry == EmptyEntry::Nothing)
            continue;
        const std::string candidate = join(entry, program);
        const int result = checkExecutable(candidate.c_str());
        if (result == 0)
            return absolutePath(candidate);
        error.add(result);
    }
    *errorCode = error.code();
    return std::nullopt;
}

// A relative entry is relative to the parent's directory, not to the child's working directory.
std::string absoluteSearchPath()
{
    const std::string_view path = pathVariable();
    std::string result;
    result.reserve(path.size());
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        const std::string_view entry = path.substr(begin, end - begin);
        if (begin > 0)
            result += separator;
        if (entry.empty() || entry.front() == '/')
            result += entry;
        else
            result += absolutePath(std::string(entry));
        begin = end + 1;
    }
    return result;
}

std::string searchPathFor(const std::string &program)
{
    return hasSlash(program) ? std::string() : absoluteSearchPath();
}

} // namespace ForkFd::Internal
