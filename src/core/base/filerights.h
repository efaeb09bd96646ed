// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_FILERIGHTS_H
#define FORKFD_CORE_BASE_FILERIGHTS_H

namespace ForkFd::Internal {

/// Whether this program has rights from its file that its caller may lack (set-user-ID, set-group-ID,
/// file capabilities). Then the caller's environment must not choose how the library works.
/// Async-signal-safe.
bool hasRightsOfItsFile() noexcept;

} // namespace ForkFd::Internal

#endif
