// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_CURRENTDIRECTORY_H
#define FORKFD_CORE_START_CURRENTDIRECTORY_H

#include "core/base/uniquefd.h"

namespace ForkFd::Internal {

/// Opens the calling thread's current directory for fchdir(2), which needs the right to search it. On
/// failure returns none, with errno.
UniqueFd openCurrentDirectory() noexcept;

} // namespace ForkFd::Internal

#endif
