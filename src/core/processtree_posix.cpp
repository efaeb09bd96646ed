// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// POSIX tells of no process but one's own children.

#include "processtree.h"

#include "exitwatch.h"

namespace ForkFd::Internal {

int signalTree(ExitWatch &root, int signal) noexcept
{
    return root.sendSignalToGroup(signal);
}

} // namespace ForkFd::Internal
