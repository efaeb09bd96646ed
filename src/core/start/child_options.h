// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_CHILD_OPTIONS_H
#define FORKFD_CORE_START_CHILD_OPTIONS_H

#include "core/start/failure.h"

namespace ForkFd::Internal {

struct ProgramContext;

/// Applies LaunchOptions in the child, except descriptors and the signal mask.
// Runs in the child between clone and exec: async-signal-safe calls only.
namespace ChildOptions {

// A function returns the step that failed, with errno, or Step::None.

/// Applies session, process group, terminal, control group and OOM score, some of which need a
/// descriptor.
Step join(const ProgramContext &child) noexcept;

/// Applies limits, which may leave no descriptor, and priorities.
Step limit(const ProgramContext &child) noexcept;

/// Applies groups, user, `dieWithParent` and `noNewPrivileges`, after the modifier and
/// UnixProcessParameters.
Step takeIdentity(const ProgramContext &child) noexcept;

} // namespace ChildOptions

} // namespace ForkFd::Internal

#endif
