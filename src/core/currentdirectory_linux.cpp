// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "currentdirectory.h"

#include <fcntl.h>

namespace ForkFd::Internal {

UniqueFd openCurrentDirectory() noexcept
{
    return UniqueFd(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

} // namespace ForkFd::Internal
