// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_POLLSET_H
#define FORKFD_CORE_BASE_POLLSET_H

#include <ForkFd/export.h>

#include <cstdint>
#include <memory>

namespace ForkFd::Internal {

/// A set of descriptors to wait for, level-triggered. Threads may add and remove members while another
/// one waits. With epoll(7) the cost of an event does not grow with the number of members; poll(2) takes
/// its place on other systems and where a filter refuses it.
class FORKFD_EXPORT PollSet
{
public:
    enum Interest {
        Readable,
        Writable,
        HungUp, ///< The other end was closed everywhere, whatever there still is to be read.
        Nothing ///< For a while. That the other end was closed may be reported, but not again and again.
    };
    static constexpr int maxEvents = 16;

    PollSet() noexcept;
    ~PollSet();
    PollSet(const PollSet &) = delete;
    PollSet &operator=(const PollSet &) = delete;

    /// False with errno when there is no descriptor or memory to be had; then every add() fails.
    bool open() noexcept;
    /// As before open().
    void close() noexcept;

    /// Readable when one of the members is ready; -1 before open(), and without epoll(7).
    int descriptor() const noexcept;

    /// False with errno on failure.
    bool add(int fd, Interest interest, std::uint64_t id) noexcept;
    /// Changes what a member is waited for: much cheaper than to remove it and to add it again. False
    /// with errno on failure.
    bool change(int fd, Interest interest, std::uint64_t id) noexcept;
    /// Must come before the descriptor is closed.
    void remove(int fd) noexcept;

    /// Writes the ids of members that are ready to `ids`, at most `maximum` (1 to maxEvents), and
    /// returns how many. If more are ready, the next calls report the others first. Waits for the first
    /// one as long as `timeout` says, in ms (negative: for ever), or until a signal comes. A member that
    /// cannot be waited for is reported as ready now and then. Before open() it only sleeps.
    int wait(std::uint64_t *ids, int timeout, int maximum = maxEvents) noexcept;

private:
    struct Private;
    struct Epoll;
    struct Polling;
    std::unique_ptr<Private> m_private;
};

} // namespace ForkFd::Internal

#endif
