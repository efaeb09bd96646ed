// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_GUARDIAN_PAUSE_H
#define FORKFD_GUARDIAN_PAUSE_H

#include <cstdint>
#include <ctime>

#include <poll.h>

namespace ForkFd::Internal {

/// A point in time, in ms of the monotonic clock.
class Moment
{
public:
    static Moment in(int milliseconds) noexcept { return Moment(now() + milliseconds); }
    bool isOver() const noexcept { return now() >= m_time; }

private:
    explicit Moment(std::int64_t time) noexcept
        : m_time(time)
    {
    }
    static std::int64_t now() noexcept
    {
        timespec time = {};
        ::clock_gettime(CLOCK_MONOTONIC, &time);
        return std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
    }

    std::int64_t m_time;
};

inline void pauseFor(int milliseconds) noexcept
{
    ::poll(nullptr, 0, milliseconds);
}

} // namespace ForkFd::Internal

#endif
