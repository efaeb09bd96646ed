// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_LAUNCHER_H
#define FORKFD_LAUNCHER_H

#include <ForkFd/spawn.h>

namespace ForkFd::Internal {

class LaunchPlan;

/// Creates the child that the plan describes and begins to watch it. Returns when the child runs
/// its program, was killed on the way there, or has failed.
///
/// Null when nothing was started; then `error` says why, and neither a child nor a descriptor is
/// left. The calling thread's mask, errno and cancellation state come back on every path.
FORKFD_EXPORT ExitWatchPtr launch(const LaunchPlan &plan, StartError &error);

} // namespace ForkFd::Internal

#endif
