// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Built without sanitizers, like child.cpp.

#include "core/start/busypause.h"

#include <algorithm>
#include <ctime>

namespace ForkFd::Internal {

bool BusyPause::sleep() noexcept
{
    const long length = std::min(m_next, m_rest);
    if (length == 0)
        return false;
    m_rest -= length;
    m_next *= 2;
    timespec time = {0, length};
    while (::nanosleep(&time, &time) != 0 && errno == EINTR) { }
    return true;
}

} // namespace ForkFd::Internal
