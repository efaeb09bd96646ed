// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_CONTROLGROUP_H
#define FORKFD_CORE_BASE_CONTROLGROUP_H

#include "core/base/uniquefd.h"

/// Control groups (cgroup v2, Linux; see cgroups(7)).
namespace ForkFd::Internal::ControlGroup {

/// Opens the directory of a control group, to place children in it. On failure it is empty, with errno;
/// ENOTSUP if the system has no such groups or the directory is not one.
UniqueFd open(const char *path) noexcept;

} // namespace ForkFd::Internal::ControlGroup

#endif
