// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// POSIX cannot find descendants: only the group gets the signals.

#include "core/stop/processtree.h"

#include "core/watch/exitwatch.h"

#include <cerrno>

namespace ForkFd::Internal {

int checkHolding(const ExitWatch &) noexcept
{
    return ENOSYS;
}

bool canWalk(const ExitWatch &) noexcept
{
    return false;
}

int signalTree(ExitWatch &root, std::initializer_list<int> signals, InShortage) noexcept
{
    int result = ESRCH;
    for (const int signal : signals) {
        const int errorCode = root.sendSignalToGroup(signal);
        result = errorCode == 0 || result == ESRCH ? errorCode : result;
    }
    return result;
}

std::vector<TreeMember> findTree(ExitWatch &)
{
    return {};
}

bool hasLivingMember(pid_t) noexcept
{
    return false;
}

} // namespace ForkFd::Internal
