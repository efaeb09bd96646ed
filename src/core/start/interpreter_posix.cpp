// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/interpreter.h"

namespace ForkFd::Internal {

// POSIX defines no format of executable files.
std::string loaderOf(int)
{
    return {};
}

} // namespace ForkFd::Internal
