// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_RUNGREFUSALS_H
#define FORKFD_RUNGREFUSALS_H

#include "systemcallfilter.h"

#include <cerrno>

#include <linux/sched.h>

using Refusals = std::vector<Refusal>;

// Refusals that leave a start only lower rungs of the ladder (docs/design/start.md).

inline constexpr Refusal noClone3 = {SYS_clone3, ENOSYS};
inline constexpr Refusal noVFork = {SYS_clone, EPERM, CLONE_VFORK, CLONE_VFORK};
inline constexpr Refusal noPidFd = {SYS_clone, EPERM, CLONE_PIDFD, CLONE_PIDFD};

#endif
