// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Systems without cgroups.

#include "core/base/cgroup.h"

#include <cerrno>

namespace ForkFd::Internal {

PrivateCgroup PrivateCgroup::make(const std::string &, std::string_view)
{
    return {};
}

PrivateCgroup &PrivateCgroup::operator=(PrivateCgroup &&) noexcept = default;

UniqueFd PrivateCgroup::open() const noexcept
{
    return {};
}

bool PrivateCgroup::isPopulated() const noexcept
{
    return false;
}

std::vector<pid_t> PrivateCgroup::members() const
{
    return {};
}

UniqueFd PrivateCgroup::openEvents() const noexcept
{
    return {};
}

std::optional<bool> PrivateCgroup::isPopulated(int) noexcept
{
    return std::nullopt;
}

std::optional<ProcessesUsage> PrivateCgroup::usage() const
{
    return std::nullopt;
}

int PrivateCgroup::kill() noexcept
{
    return ESRCH;
}

int PrivateCgroup::sendSignals(std::initializer_list<int>, Progress &, Clock::time_point) const noexcept
{
    return ESRCH;
}

bool PrivateCgroup::remove() const noexcept
{
    return true;
}

} // namespace ForkFd::Internal
