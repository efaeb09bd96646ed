// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_TREEUSAGE_H
#define FORKFD_CORE_STOP_TREEUSAGE_H

#include "core/base/processesusage.h"

namespace ForkFd::Internal {

class ExitWatch;

/// Which processes visibleUsage() looks at.
enum class Members {
    Child, ///< The child alone.
    Group, ///< The child and its own process group.
    Tree ///< What findTree() finds; after the child's end, its group.
};

/// What the system shows of these processes.
struct VisibleUsage
{
    ProcessesUsage sum;
    bool includesChild = false; ///< The child was not reaped.
};

/// The usage of these processes, zombies included. Processes that have ended are missing, unless they
/// were waited for; so are those that cannot be found. Throws std::system_error in a shortage, and
/// std::bad_alloc.
VisibleUsage visibleUsage(ExitWatch &root, Members which);

} // namespace ForkFd::Internal

#endif
