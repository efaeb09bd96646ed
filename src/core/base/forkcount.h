// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_FORKCOUNT_H
#define FORKFD_CORE_BASE_FORKCOUNT_H

#include <cstdint>

namespace ForkFd::Internal {

/// processStamp() for systems that wipe no page in copies: the process id, and in the bits above it how
/// many fork(2) generations the process is away from the first call of this function. It does not
/// recognize a copy that a raw clone(2) made with its parent's process id. Async-signal-safe from the
/// second call on.
std::uint32_t stampOfForkCount() noexcept;

} // namespace ForkFd::Internal

#endif
