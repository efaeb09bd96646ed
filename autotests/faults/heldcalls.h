// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_HELDCALLS_H
#define FORKFD_FAULTS_HELDCALLS_H

#include <chrono>
#include <vector>

#include <linux/seccomp.h>

namespace Faults {

/// System calls whose callers wait for a while. The other threads and processes go on.
class HeldCalls
{
public:
    void hold(const seccomp_notif &call, std::chrono::milliseconds time);
    /// Lets the calls through whose time is over.
    void release(int listener);
    /// The time until the next call has to be released, but at most this long.
    std::chrono::milliseconds untilNext(std::chrono::milliseconds atMost) const;

private:
    using Clock = std::chrono::steady_clock;

    struct Held
    {
        seccomp_notif call;
        Clock::time_point end;
    };

    std::vector<Held> m_calls;
};

} // namespace Faults

#endif
