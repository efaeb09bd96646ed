// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "exitevent.h"

#include <sys/socket.h>

namespace ForkFd::Internal {

bool ExitEvent::openPrivate() noexcept
{
    return openSockets(SOCK_NONBLOCK);
}

void ExitEvent::set() const noexcept
{
    send();
}

void ExitEvent::clear() const noexcept
{
    char bytes[64];
    while (::recv(readable, bytes, sizeof bytes, 0) == sizeof bytes) { }
}

} // namespace ForkFd::Internal
