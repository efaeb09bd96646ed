// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_SCOPEDSTART_H
#define FORKFD_CORE_START_SCOPEDSTART_H

#include "core/start/plan.h"
#include "core/start/start.h"
#include "core/stop/stoppablechild.h"

#include <ForkFd/export.h>

namespace ForkFd::Internal {

/// As launch(), for an object that has no child yet, into a process group or cgroup of its own where the
/// scope asks for one; then it also gives up the controlling terminal that it shares with us.
FORKFD_EXPORT bool launchStoppable(StoppableChild &child, LaunchRequest request, LaunchFailure &failure,
                                   StartReport *later = nullptr);

} // namespace ForkFd::Internal

#endif
