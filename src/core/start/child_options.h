// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_CHILD_OPTIONS_H
#define FORKFD_CORE_START_CHILD_OPTIONS_H

#include <sys/types.h>

namespace ForkFd::Internal {

class LaunchPlan;

/// What LaunchOptions ask of the child, but for descriptors and the signal mask.
// Runs in the child between clone and exec: async-signal-safe calls only.
namespace ChildOptions {

/// What it needs beside the plan, and what became of it on the way.
struct Surroundings
{
    const LaunchPlan &plan;
    int controllingTerminal; ///< Its number by now; -1: leave alone.
    int controlGroup; ///< The same of a directory; -1: leave alone, or there already.
};

/// Session, process group, terminal, control group, limits and priorities. Null, or the step that
/// failed, with errno.
const char *enter(const Surroundings &surroundings) noexcept;

/// What comes after user code and UnixProcessParameters: who the child is, and how long. Null, or the
/// step that failed, with errno.
const char *takeIdentity(const LaunchPlan &plan, pid_t parent) noexcept;

} // namespace ChildOptions

} // namespace ForkFd::Internal

#endif
