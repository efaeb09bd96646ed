// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_FORKCOUNT_H
#define FORKFD_CORE_BASE_FORKCOUNT_H

#include <cstdint>

namespace ForkFd::Internal {

/// processStamp() where no page is wiped in copies: the process id, and in the bits above it how many
/// times fork(2) has copied the process since the first call. A copy that was made by a raw clone(2) and
/// has its parent's process id is not told apart. Async-signal-safe from the second call on.
std::uint32_t stampOfForkCount() noexcept;

} // namespace ForkFd::Internal

#endif
