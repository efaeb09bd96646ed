// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// send(), setForGood() and close() run in signal handlers: async-signal-safe calls only.

#include "core/base/event.h"

#include "core/base/signals.h"
#include "core/base/uniquefd.h"

#include <cerrno>

#include <sys/socket.h>

namespace ForkFd::Internal {

bool ExitEvent::open(Kind itsKind) noexcept
{
    const CancellationBlocker blocker;
    return itsKind == Private ? openPrivate() : openSockets(0);
}

bool ExitEvent::openSockets(int flags) noexcept
{
    // Sockets and not a pipe, because send() can be told to raise no SIGPIPE.
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0, ends) != 0)
        return false;
    readable = ends[0];
    writable = ends[1];
    isSocketPair = true;
    return true;
}

bool ExitEvent::send() const noexcept
{
    // One byte in all, or a few: it never blocks, though the socket might.
    const char byte = 0;
    return ::send(writable, &byte, sizeof byte, MSG_NOSIGNAL) == sizeof byte
        || errno == EPIPE; // The other end is closed: nobody is left to be told.
}

void ExitEvent::receive() const noexcept
{
    char bytes[64];
    while (::recv(readable, bytes, sizeof bytes, 0) == sizeof bytes) { }
}

// What fails for a moment, for want of memory, must not leave a thread asleep that nobody else wakes.
bool ExitEvent::set() const noexcept
{
    const CancellationBlocker blocker;
    for (int tries = 0; tries < 4; ++tries) {
        if (trySet())
            return true;
    }
    return isSocketPair && errno == EAGAIN; // Full, hence readable.
}

bool ExitEvent::setForGood() const noexcept
{
    // An end of file is readable, too, and takes no memory.
    return set() || (isSocketPair && ::shutdown(writable, SHUT_WR) == 0);
}

void ExitEvent::closeReadable() noexcept
{
    if (!isSocketPair)
        return;
    UniqueFd(readable).reset();
    readable = -1;
}

void ExitEvent::close() noexcept
{
    UniqueFd(writable).reset();
    if (isSocketPair)
        UniqueFd(readable).reset();
    readable = writable = -1;
}

} // namespace ForkFd::Internal
