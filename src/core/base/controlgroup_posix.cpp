// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/controlgroup.h"

#include <cerrno>

namespace ForkFd::Internal {

UniqueFd ControlGroup::open(const char *) noexcept
{
    errno = ENOTSUP;
    return {};
}

} // namespace ForkFd::Internal
