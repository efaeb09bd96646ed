// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "launchplan.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

extern "C" char **environ;

namespace ForkFd::Internal {

namespace {

bool hasNul(const std::string &text)
{
    return text.find('\0') != std::string::npos;
}

std::vector<char *> pointersTo(std::vector<std::string> &strings)
{
    std::vector<char *> pointers;
    pointers.reserve(strings.size() + 1);
    for (std::string &string : strings)
        pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

// 0, or what execve(2) would say. A directory gives EACCES there, too.
int checkExecutable(const std::string &path)
{
    struct stat status;
    if (::stat(path.c_str(), &status) != 0)
        return errno;
    return S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0 ? 0 : EACCES;
}

} // namespace

LaunchPlan::LaunchPlan(LaunchRequest request)
    : m_request(std::move(request))
    , m_error(check())
{
    if (m_error.step)
        return;
    m_argv = pointersTo(m_request.command.argv);
    if (m_request.command.environment)
        m_envp = pointersTo(*m_request.command.environment);
    planMoves();
}

StartError LaunchPlan::check() const noexcept
{
    const Command &command = m_request.command;
    if (command.argv.empty() || m_request.executable.empty() || hasNul(m_request.executable))
        return {"program", EINVAL};
    if (std::any_of(command.argv.begin(), command.argv.end(), hasNul))
        return {"argument", EINVAL};
    if (command.environment
        && std::any_of(command.environment->begin(), command.environment->end(), hasNul))
        return {"environment", EINVAL};
    if (hasNul(command.workingDirectory))
        return {"workingDirectory", EINVAL};
    return check(m_request.options);
}

StartError LaunchPlan::check(const LaunchOptions &options) noexcept
{
    const auto &descriptors = options.fileDescriptors;
    for (auto it = descriptors.begin(); it != descriptors.end(); ++it) {
        const auto hasSameNumber = [it](const FileDescriptor &d) { return d.childFd == it->childFd; };
        if (it->childFd < 0 || ::fcntl(it->parentFd, F_GETFD) < 0)
            return {"fileDescriptors", EBADF};
        if (std::any_of(descriptors.begin(), it, hasSameNumber))
            return {"fileDescriptors", EINVAL};
    }
    return {};
}

void LaunchPlan::planMoves()
{
    for (const auto *list : {&m_request.channels, &m_request.options.fileDescriptors}) {
        for (const FileDescriptor &descriptor : *list)
            m_moves.push_back({descriptor.parentFd, descriptor.childFd, false});
    }
    for (DescriptorMove &move : m_moves) {
        move.isInTheWay =
            std::any_of(m_moves.begin(), m_moves.end(), [&move](const DescriptorMove &other) {
                return &other != &move && other.to == move.from;
            });
    }
    m_asideNotes.assign(m_moves.size(), -1);
}

char *const *LaunchPlan::envp() const noexcept
{
    return m_request.command.environment ? m_envp.data() : environ;
}

const char *LaunchPlan::workingDirectory() const noexcept
{
    const std::string &directory = m_request.command.workingDirectory;
    return directory.empty() ? nullptr : directory.c_str();
}

const sigset_t *LaunchPlan::signalMask() const noexcept
{
    return m_request.options.signalMask ? &*m_request.options.signalMask : nullptr;
}

std::optional<std::string> findExecutable(const std::string &program, int *errorCode)
{
    *errorCode = ENOENT;
    if (program.find('/') != std::string::npos || hasNul(program))
        return program; // A NUL is for the plan to refuse.
    if (program.empty())
        return std::nullopt;

    const char *variable = std::getenv("PATH");
    // POSIX leaves the default open; this is what glibc's execvp(3) uses.
    const std::string_view path = variable ? variable : "/bin:/usr/bin";
    bool wasRefused = false;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        std::string candidate(path.substr(begin, end - begin));
        // An empty entry is the current directory (POSIX, "8.3 Other Environment Variables").
        candidate += candidate.empty() ? "./" : "/";
        candidate += program;
        *errorCode = checkExecutable(candidate);
        if (*errorCode == 0) {
            // A relative entry counts from here and not from the directory that the child goes to.
            std::error_code none;
            return std::filesystem::absolute(candidate, none).string();
        }
        wasRefused = wasRefused || *errorCode == EACCES;
        // As execvp(3), which goes on after these errors only.
        if (*errorCode != ENOENT && *errorCode != ENOTDIR && *errorCode != EACCES)
            return std::nullopt;
        begin = end + 1;
    }
    if (wasRefused)
        *errorCode = EACCES;
    return std::nullopt;
}

} // namespace ForkFd::Internal
