// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_CHILD_OPTIONS_H
#define FORKFD_CORE_START_CHILD_OPTIONS_H

#include "core/start/failure.h"

#include <sys/types.h>

namespace ForkFd::Internal {

class StartPlan;

/// Applies LaunchOptions in the child, except descriptors and the signal mask.
// Runs in the child between clone and exec: async-signal-safe calls only.
namespace ChildOptions {

/// The plan, and two of its descriptors, which may have stepped aside to another number.
struct Surroundings
{
    const StartPlan &plan;
    int controllingTerminal; ///< -1: leave it alone.
    int controlGroup; ///< Its directory; -1: leave it alone, or the child is there already.
};

/// Applies session, process group, terminal, control group, limits and priorities. Returns the
/// step that failed, with errno, or Step::None.
Step enter(const Surroundings &surroundings) noexcept;

/// Applies groups, user, `dieWithParent` and `noNewPrivileges`, after the modifier and
/// UnixProcessParameters. Returns as enter() does.
Step takeIdentity(const StartPlan &plan, pid_t parent) noexcept;

} // namespace ChildOptions

} // namespace ForkFd::Internal

#endif
