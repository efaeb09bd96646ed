// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_PARENT_CALLS_H
#define FORKFD_CORE_START_PARENT_CALLS_H

#include "core/base/uniquefd.h"

#include <ForkFd/export.h>

/// What a parent finds out and opens for a child that does not exist yet.
namespace ForkFd::Internal::ParentCalls {

/// Returns a number above all open descriptors, as far as can be known: other threads may open more at
/// any time.
int endOfOpenDescriptors() noexcept;

/// Opens the calling thread's current directory for fchdir(2), which needs the right to search it. On
/// failure returns no descriptor, with errno.
FORKFD_EXPORT UniqueFd openCurrentDirectory() noexcept;

/// Opens the directory of a control group (cgroup v2, see cgroups(7)), to place children in it. On
/// failure returns no descriptor, with errno; ENOTSUP if the system has no such groups, or if the
/// directory is not that of a control group.
UniqueFd openControlGroup(const char *path) noexcept;

} // namespace ForkFd::Internal::ParentCalls

#endif
