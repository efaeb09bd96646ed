// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_CONTROLGROUP_H
#define FORKFD_CORE_BASE_CONTROLGROUP_H

#include "core/base/uniquefd.h"

/// Control groups (cgroup v2, Linux; see cgroups(7)).
namespace ForkFd::Internal::ControlGroup {

/// The directory of one, to place children in. None with errno; ENOTSUP where there are no such groups
/// or the directory is none.
UniqueFd open(const char *path) noexcept;

} // namespace ForkFd::Internal::ControlGroup

#endif
