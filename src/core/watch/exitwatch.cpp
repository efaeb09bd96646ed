// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/watch/exitwatch.h"

#include <cerrno>

#include <poll.h>
#include <unistd.h>

namespace ForkFd::Internal {

ExitWatch::~ExitWatch() = default;

bool ExitWatch::isWatching() const noexcept
{
    return !m_isCollected && belongsToThisProcess();
}

bool ExitWatch::belongsToThisProcess() const noexcept
{
    return m_owner.isCurrent();
}

void ExitWatch::begin(pid_t pid, int descriptor) noexcept
{
    m_pid = pid;
    m_owner = ProcessIdentity::current();
    m_descriptor = descriptor;
}

std::optional<ExitInfo> ExitWatch::collect() noexcept
{
    if (!isWatching())
        return std::nullopt;
    std::optional<ExitInfo> info = tryCollect();
    m_isCollected = info.has_value();
    return info;
}

std::optional<ExitInfo> ExitWatch::look() noexcept
{
    return isWatching() ? tryLook() : std::nullopt;
}

bool ExitWatch::hasEnded() noexcept
{
    pollfd entry = {m_descriptor, POLLIN, 0};
    const int count = ::poll(&entry, 1, 0);
    return count < 0 ? look().has_value() : count > 0; // poll(2) fails if RLIMIT_NOFILE is 0.
}

void ExitWatch::disownDescriptor() noexcept
{
    doDisownDescriptor();
    m_descriptor = -1;
    m_owner = {};
}

int ExitWatch::sendSignal(int signal) noexcept
{
    return isWatching() ? trySendSignal(signal) : ESRCH;
}

int ExitWatch::sendSignalToGroup(int signal) noexcept
{
    return belongsToThisProcess() ? trySendSignalToGroup(signal) : ESRCH;
}

} // namespace ForkFd::Internal
