// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/currentdirectory.h"

#include <fcntl.h>

namespace ForkFd::Internal {

namespace {

#ifdef O_SEARCH // In POSIX since 2008, but glibc does not have it.
constexpr int searchOnly = O_SEARCH;
#else
constexpr int searchOnly = O_RDONLY; // Needs the right to read, which fchdir(2) does not.
#endif

} // namespace

UniqueFd openCurrentDirectory() noexcept
{
    return UniqueFd(::open(".", searchOnly | O_DIRECTORY | O_CLOEXEC));
}

} // namespace ForkFd::Internal
