// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_KEEPERSET_H
#define FORKFD_CORE_STOP_KEEPERSET_H

#include "core/base/event.h"
#include "core/base/pollset.h"

#include <atomic>
#include <cstdint>

namespace ForkFd::Internal {

/// The keeper's poll set, with an event that wakes its thread.
///
/// The server opens it, waits with it, and takes members out. Any thread may call the other functions.
class KeeperSet
{
public:
    /// Stays closed if no descriptor or memory is available. Does nothing if it is open.
    void open() noexcept;
    bool isOpen() const noexcept { return m_isOpen; }
    bool add(int fd, std::uint64_t id) noexcept;
    void remove(int fd) noexcept { m_set.remove(fd); }
    void wake() const noexcept;
    /// Like PollSet::wait(). An event that is `wakeUp` belongs to no member.
    int wait(std::uint64_t *ids, int timeout) noexcept;

    static constexpr std::uint64_t wakeUp = 0;

private:
    bool hasRoom() const noexcept;

    PollSet m_set;
    ExitEvent m_wake;
    std::atomic<bool> m_isOpen = false; ///< Set last; never reset.
};

} // namespace ForkFd::Internal

#endif
