// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Built without sanitizers, like child.cpp.

#include "core/start/busypause.h"

#include <algorithm>
#include <ctime>

namespace ForkFd::Internal {

namespace {

// A child that pauses holds files that other threads were writing, so that their children wait for it.
constexpr long longest = 1'000'000;

} // namespace

bool BusyPause::sleep() noexcept
{
    const long length = std::min(m_next, m_rest);
    if (length == 0)
        return false;
    m_rest -= length;
    m_next = std::min(2 * m_next, longest);
    timespec time = {0, length};
    while (::nanosleep(&time, &time) != 0 && errno == EINTR) { }
    return true;
}

} // namespace ForkFd::Internal
