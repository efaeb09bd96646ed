// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_GUARDIAN_RESERVE_H
#define FORKFD_GUARDIAN_RESERVE_H

#include "core/base/uniquefd.h"

#include <sys/resource.h>

/// Keeps some numbers free, so that /proc and the files of cgroups can always be read. Without them a
/// living tree would look as if it were over.
namespace ForkFd::Internal::DescriptorReserve {

/// Closes the descriptor if its number belongs to the reserve.
inline UniqueFd spare(UniqueFd fd) noexcept
{
    constexpr rlim_t size = 16;
    rlimit limit = {};
    const bool isKnown = ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    if (isKnown && fd && static_cast<rlim_t>(fd.get()) + size >= limit.rlim_cur)
        fd.reset();
    return fd;
}

} // namespace ForkFd::Internal::DescriptorReserve

#endif
