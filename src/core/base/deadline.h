// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_DEADLINE_H
#define FORKFD_CORE_BASE_DEADLINE_H

#include <algorithm>
#include <chrono>
#include <compare>
#include <limits>

namespace ForkFd::Internal {

/// The end of a wait. A default-constructed one has expired.
class Deadline
{
public:
    using Clock = std::chrono::steady_clock;
    using Milliseconds = std::chrono::milliseconds;

    constexpr Deadline() noexcept = default;
    /// Clock::time_point::max() never expires.
    constexpr explicit Deadline(Clock::time_point end) noexcept
        : m_end(end)
    {
    }
    /// Expires `timeout` after `begin`; at once if `timeout` is negative. Counts more than a hundred
    /// years as a hundred years, because the clock cannot represent every end.
    explicit Deadline(Milliseconds timeout, Clock::time_point begin = Clock::now()) noexcept
        : m_end(begin + std::clamp(timeout, Milliseconds::zero(), longestTimeout))
    {
    }
    /// Expires after `timeout`; never if it is negative, like QDeadlineTimer since Qt 6.6.
    static Deadline unlessNegative(Milliseconds timeout) noexcept
    {
        return timeout < Milliseconds::zero() ? forever() : Deadline(timeout);
    }
    static constexpr Deadline forever() noexcept { return Deadline(Clock::time_point::max()); }

    constexpr Clock::time_point end() const noexcept { return m_end; }
    constexpr bool isForever() const noexcept { return *this == forever(); }
    /// Reads the clock only if the answer depends on it.
    bool hasExpired() const noexcept
    {
        return m_end == Clock::time_point() || (!isForever() && m_end <= Clock::now());
    }
    /// The remaining time for poll(2), rounded up to ms; -1: for ever. May be shorter, but not 0, if an
    /// int cannot represent it.
    int pollTimeout() const noexcept
    {
        if (isForever())
            return -1;
        const Clock::time_point now = Clock::now();
        if (m_end <= now)
            return 0;
        constexpr Milliseconds longest(std::numeric_limits<int>::max());
        return static_cast<int>(std::min(std::chrono::ceil<Milliseconds>(m_end - now), longest).count());
    }

    // clang-tidy 14 takes the comparison with 0 in the generated code for that of a pointer.
    friend auto operator<=>(const Deadline &, const Deadline &) = default; // NOLINT(*-use-nullptr)

private:
    static constexpr Milliseconds longestTimeout = std::chrono::hours(24 * 365 * 100);

    Clock::time_point m_end;
};

} // namespace ForkFd::Internal

#endif
