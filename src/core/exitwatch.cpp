// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "exitwatch.h"

#include "exitwatch_pidfd.h"

#include <cerrno>
#include <cstdlib>
#include <string_view>

#include <unistd.h>

namespace ForkFd::Internal {

ExitWatch::~ExitWatch() = default;

bool ExitWatch::isWatching() const noexcept
{
    return m_descriptor && !m_isCollected && m_owner == ::getpid();
}

void ExitWatch::begin(pid_t pid, UniqueFd descriptor) noexcept
{
    m_pid = pid;
    m_owner = ::getpid();
    m_descriptor = std::move(descriptor);
}

std::optional<ExitInfo> ExitWatch::collect() noexcept
{
    if (!isWatching())
        return std::nullopt;
    std::optional<ExitInfo> info = tryCollect();
    m_isCollected = info.has_value();
    return info;
}

int ExitWatch::sendSignal(int signal) noexcept
{
    return isWatching() ? trySendSignal(signal) : ESRCH;
}

namespace {

BackendChoice choose() noexcept
{
    const char *variable = std::getenv("FORKFD_BACKEND");
    const std::string_view wish = variable ? variable : "auto";
    if (wish == "sigchld")
        return {Backend::SigChld, {"backend", ENOSYS}};
    if (wish != "auto" && wish != "pidfd" && !wish.empty())
        return {Backend::PidFd, {"backend", EINVAL}};
    if (!PidFdWatch::isSupported())
        return {Backend::PidFd, {"backend", wish == "pidfd" ? EINVAL : ENOSYS}};
    return {Backend::PidFd, {}};
}

} // namespace

const BackendChoice &backendChoice() noexcept
{
    static const BackendChoice choice = choose();
    return choice;
}

} // namespace ForkFd::Internal

namespace ForkFd {

/// The way in which this process notices the end of its children: the best one that the kernel
/// offers, unless the environment variable FORKFD_BACKEND (`auto`, `pidfd`, `sigchld`) asks for
/// another. It is chosen at the first start or call and stays for the life of the process. When
/// the variable asks for what there is not, every start fails with step `backend`, and the result
/// is the backend that was asked for, or PidFd if its name is unknown.
///
/// Never blocks. May be called from any thread; not async-signal-safe.
/// **Errors:** none.
/// \since 0.1
Backend backend() noexcept
{
    return Internal::backendChoice().backend;
}

} // namespace ForkFd
