// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_EVENT_H
#define FORKFD_CORE_BASE_EVENT_H

#include <ForkFd/export.h>

namespace ForkFd::Internal {

/// A descriptor that a signal handler can make readable. Close-on-exec.
///
/// A plain value: who owns the descriptors is for its user to say, because a handler and the owner of
/// a child may be done with them in either order.
struct FORKFD_EXPORT ExitEvent
{
    enum Kind {
        Private, ///< Only we know it. It is non-blocking.
        /// A user gets `readable`, which blocks. Two files, so that whatever he does to his, set()
        /// writes to nobody else's, and his epoll(7) sets forget it when it is closed.
        Public
    };

    bool isSocketPair = false; ///< Else both descriptors are the same.
    int readable = -1; ///< What is polled.
    int writable = -1; ///< What set() writes to; the same one with eventfd(2).

    /// False with errno when there is no descriptor to be had.
    bool open(Kind itsKind) noexcept;
    /// Makes it readable, in several tries if need be. Async-signal-safe; raises no SIGPIPE. Does not
    /// look at `readable`. False when the system did not take it: where that matters the caller has to
    /// see to it that somebody tries again.
    bool set() const noexcept;
    /// The same for an event that is never cleared, and that fails less often.
    bool setForGood() const noexcept;
    /// Makes it unreadable again.
    void clear() const noexcept;
    /// Closes `readable` unless it is what set() writes to.
    void closeReadable() noexcept;
    /// Closes what is open. Async-signal-safe.
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
