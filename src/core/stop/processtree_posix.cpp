// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// POSIX cannot find descendants: only the group gets the signals.

#include "core/stop/processtree.h"

#include "core/base/signalresult.h"
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
    SignalResult result;
    for (const int signal : signals)
        result.add(root.sendSignalToGroup(signal));
    return result.errorCode();
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
