// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_CONTROLGROUP_H
#define FORKFD_CORE_BASE_CONTROLGROUP_H

#include "core/base/uniquefd.h"

/// Control groups (cgroup v2, Linux; see cgroups(7)).
namespace ForkFd::Internal::ControlGroup {

/// Opens the directory of a control group, to place children in it. Empty with errno on failure; ENOTSUP
/// if the system has no such groups, or if the directory is not a control group.
UniqueFd open(const char *path) noexcept;

} // namespace ForkFd::Internal::ControlGroup

#endif
