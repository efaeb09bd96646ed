// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// set(), setForGood(), send() and close() run in signal handlers: async-signal-safe calls only.

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
    // Sockets, because send() can suppress SIGPIPE; a write to a pipe cannot.
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
    // An event sends one byte, or a few. So the call never blocks, even on a blocking socket.
    const char byte = 0;
    return ::send(writable, &byte, sizeof byte, MSG_NOSIGNAL) == sizeof byte
        || errno == EPIPE; // The other end is closed: there is no reader to wake.
}

void ExitEvent::receive() const noexcept
{
    char bytes[64];
    while (::recv(readable, bytes, sizeof bytes, 0) == sizeof bytes) { }
}

// Tries again after a passing failure such as a lack of memory: the waiting thread may have no other
// waker.
bool ExitEvent::set() const noexcept
{
    const CancellationBlocker blocker;
    for (int tries = 0; tries < 4; ++tries) {
        if (trySet())
            return true;
    }
    return isSocketPair && errno == EAGAIN; // The buffer is full, hence readable.
}

bool ExitEvent::setForGood() const noexcept
{
    // An end of file is readable, too, and the shutdown needs no memory.
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
