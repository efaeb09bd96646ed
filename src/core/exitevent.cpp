// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// send() and close() run in signal handlers: async-signal-safe calls only.

#include "exitevent.h"

#include "uniquefd.h"

#include <sys/socket.h>

namespace ForkFd::Internal {

bool ExitEvent::open(Kind itsKind) noexcept
{
    kind = itsKind;
    return kind == Private ? openPrivate() : openSockets(0);
}

bool ExitEvent::openSockets(int flags) noexcept
{
    // Sockets and not a pipe, because send() can be told to raise no SIGPIPE.
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0, ends) != 0)
        return false;
    readable = ends[0];
    writable = ends[1];
    return true;
}

void ExitEvent::send() const noexcept
{
    // One byte in all: it never blocks, though the socket might.
    const char byte = 0;
    ::send(writable, &byte, sizeof byte, MSG_NOSIGNAL);
}

void ExitEvent::closeReadable() noexcept
{
    if (readable == writable)
        return;
    UniqueFd(readable).reset();
    readable = -1;
}

void ExitEvent::close() noexcept
{
    UniqueFd(writable).reset();
    if (readable != writable)
        UniqueFd(readable).reset();
    readable = writable = -1;
}

} // namespace ForkFd::Internal
