// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_POLLSET_H
#define FORKFD_POLLSET_H

#include "uniquefd.h"

#include <cstdint>

namespace ForkFd::Internal {

/// A set of descriptors to wait for, at a cost that does not grow with their number: epoll(7),
/// level-triggered. Threads may add and remove members while another one waits.
class FORKFD_EXPORT PollSet
{
public:
    enum Interest { Readable, Writable };
    static constexpr int maxEvents = 16;

    /// False with errno when there is no descriptor to be had; then every add() fails.
    bool open() noexcept;

    /// Readable when one of the members is ready; -1 before open().
    int descriptor() const noexcept { return m_epoll.get(); }

    /// False with errno on failure.
    bool add(int fd, Interest interest, std::uint64_t id) noexcept;
    /// Must come before the descriptor is closed.
    void remove(int fd) noexcept;

    /// Writes the ids of members that are ready to `ids`, at most maxEvents, and returns how many.
    /// Waits for the first one as long as `timeout` says, in ms (negative: for ever), or until a
    /// signal comes.
    int wait(std::uint64_t *ids, int timeout) noexcept;

private:
    UniqueFd m_epoll;
};

} // namespace ForkFd::Internal

#endif
