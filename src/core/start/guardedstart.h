// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_GUARDEDSTART_H
#define FORKFD_CORE_START_GUARDEDSTART_H

#include "core/start/start.h"

namespace ForkFd::Internal {

class PrivateCgroup;

/// startChild() for a child in `group`, if there is one and the child may be put into it. Otherwise the
/// child has no group, and `group` is empty afterwards. With LaunchOptions::treeDiesWithParent the
/// guardian knows the tree before the child can start another process, and the child gets a cgroup where
/// that is permitted. With treeDiesWithParentIfPossible the start continues without a guardian if there
/// can be none.
StartResult startGuarded(PrivateCgroup &group, StartRequest &&request, StartReport *later = nullptr);

/// Starts the guardian's program in a session of its own, with this end of its socket, and in a new
/// cgroup `own` if that can be made. Returns 0 or an errno. Throws std::bad_alloc.
int launchGuardian(int socket, PrivateCgroup &own);

} // namespace ForkFd::Internal

#endif
