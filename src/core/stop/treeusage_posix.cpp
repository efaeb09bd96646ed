// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// POSIX shows no usage of a process that runs.

#include "core/stop/treeusage.h"

namespace ForkFd::Internal {

VisibleUsage visibleUsage(ExitWatch &, Members)
{
    return {};
}

} // namespace ForkFd::Internal
