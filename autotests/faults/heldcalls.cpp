// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "heldcalls.h"

#include "filter.h"

#include <algorithm>

namespace Faults {

void HeldCalls::hold(const seccomp_notif &call, std::chrono::milliseconds time)
{
    m_calls.push_back({call, Clock::now() + time});
}

void HeldCalls::release(int listener)
{
    const auto now = Clock::now();
    std::erase_if(m_calls, [&](const Held &held) {
        if (held.end > now)
            return false;
        letThrough(listener, held.call);
        return true;
    });
}

std::chrono::milliseconds HeldCalls::untilNext(std::chrono::milliseconds atMost) const
{
    const auto now = Clock::now();
    for (const Held &held : m_calls)
        atMost = std::min(atMost, std::chrono::ceil<std::chrono::milliseconds>(held.end - now));
    return std::max(atMost, std::chrono::milliseconds(0));
}

} // namespace Faults
