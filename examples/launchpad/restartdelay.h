// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_RESTARTDELAY_H
#define LAUNCHPAD_RESTARTDELAY_H

#include <algorithm>
#include <chrono>

/// How long to wait before the next restart: each time twice as long, up to a minute. A helper that ran
/// for a minute begins anew.
class RestartDelay
{
public:
    void reset() { m_next = std::chrono::milliseconds(0); }

    /// The delay after a run of `duration`. The first is `first`.
    std::chrono::milliseconds next(std::chrono::milliseconds first, std::chrono::nanoseconds duration)
    {
        using namespace std::chrono_literals;
        if (duration >= 1min || m_next == 0ms)
            m_next = first;
        const auto delay = m_next;
        // Without a delay, a helper that cannot start would keep a processor busy.
        const auto doubled = m_next == 0ms ? 100ms : m_next * 2;
        m_next = std::max(first, std::min<std::chrono::milliseconds>(doubled, 1min));
        return delay;
    }

private:
    std::chrono::milliseconds m_next{0};
};

#endif
