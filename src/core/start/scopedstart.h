// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_SCOPEDSTART_H
#define FORKFD_CORE_START_SCOPEDSTART_H

#include "core/start/plan.h"
#include "core/start/start.h"
#include "core/stop/stoppablechild.h"

#include <ForkFd/export.h>

namespace ForkFd::Internal {

/// startChild() for a StoppableChild without a child. If the scope asks for it, the child gets a new
/// process group or cgroup, and gives up the controlling terminal that it shares with us.
FORKFD_EXPORT bool startStoppable(StoppableChild &child, StartRequest request, StartFailure &failure,
                                  StartReport *later = nullptr);

} // namespace ForkFd::Internal

#endif
