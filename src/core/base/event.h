// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_EVENT_H
#define FORKFD_CORE_BASE_EVENT_H

#include <ForkFd/export.h>

namespace ForkFd::Internal {

/// A descriptor that a signal handler can make readable. Close-on-exec.
///
/// It is a plain value that does not own its descriptors: the handler and the owner of a child finish in
/// either order, so the user of the event decides which of them closes it.
struct FORKFD_EXPORT ExitEvent
{
    enum Kind {
        Private, ///< Only the library knows the descriptors. They are non-blocking.
        /// The user gets `readable`, which blocks. The two ends are different files: set() never writes
        /// to the user's descriptor, and closing `readable` removes it from the user's epoll(7) sets.
        Public
    };

    bool isSocketPair = false; ///< If false, both descriptors are the same eventfd(2).
    int readable = -1; ///< The descriptor to poll.
    int writable = -1; ///< The descriptor that set() writes to.

    /// False with errno if no descriptor is available.
    bool open(Kind itsKind) noexcept;
    /// Makes `readable` readable; tries several times. Does not access the member `readable`.
    /// Async-signal-safe; raises no SIGPIPE. False if the system refused the write; a caller that
    /// depends on the event has to try again.
    bool set() const noexcept;
    /// The same for an event that is never cleared; fails less often.
    bool setForGood() const noexcept;
    /// Makes it unreadable again.
    void clear() const noexcept;
    /// Closes `readable`, except if set() writes to the same descriptor.
    void closeReadable() noexcept;
    /// Closes both descriptors. Async-signal-safe.
    void close() noexcept;

private:
    bool trySet() const noexcept;
    bool openPrivate() noexcept;
    bool openSockets(int flags) noexcept;
    bool send() const noexcept;
    void receive() const noexcept;
};

} // namespace ForkFd::Internal

#endif
