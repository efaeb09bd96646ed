// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_POLLSET_H
#define FORKFD_CORE_BASE_POLLSET_H

#include <ForkFd/export.h>

#include <cstdint>
#include <memory>

namespace ForkFd::Internal {

/// A set of descriptors to wait for, level-triggered. Threads may add and remove members while another
/// thread waits. With epoll(7) the cost of an event does not grow with the number of members. The set
/// uses poll(2) on other systems and where a filter refuses epoll.
class FORKFD_EXPORT PollSet
{
public:
    enum Interest {
        Readable,
        Writable,
        Priority, ///< The content of a kernel file has changed (POLLPRI in poll(2)).
        HungUp, ///< All copies of the other end are closed; the pipe may still hold data.
        Nothing ///< Paused. A hang-up may still be reported, but not repeatedly.
    };
    static constexpr int maxEvents = 16;

    PollSet() noexcept;
    ~PollSet();
    PollSet(const PollSet &) = delete;
    PollSet &operator=(const PollSet &) = delete;

    /// False with errno if no descriptor or memory is available; then every add() fails.
    bool open() noexcept;
    /// Returns to the state before open().
    void close() noexcept;
    /// For a forked copy: does not close the descriptors, whose numbers may belong to other files there.
    void abandon() noexcept;

    /// Readable when a member is ready; -1 before open() and with poll(2).
    int descriptor() const noexcept;

    /// False with errno on failure.
    bool add(int fd, Interest interest, std::uint64_t id) noexcept;
    /// Changes the interest in a member; much cheaper than remove() and add(). False with errno on
    /// failure.
    bool change(int fd, Interest interest, std::uint64_t id) noexcept;
    /// Call this before the descriptor is closed.
    void remove(int fd) noexcept;

    /// Writes the ids of ready members to `ids`, at most `maximum` (1 to maxEvents), and returns their
    /// number. If more are ready, the next calls report the others first. Waits for the first one up to
    /// `timeout` ms (negative: for ever) or until a signal comes. It reports a member that cannot be
    /// polled as ready from time to time. Before open() it only sleeps.
    int wait(std::uint64_t *ids, int timeout, int maximum = maxEvents) noexcept;

private:
    struct Private;
    struct Epoll;
    struct Polling;
    std::unique_ptr<Private> m_private;
};

} // namespace ForkFd::Internal

#endif
