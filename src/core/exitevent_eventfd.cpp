// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "exitevent.h"

#include "refusal.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ForkFd::Internal {

bool ExitEvent::openPrivate() noexcept
{
    readable = writable = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return readable >= 0 || (isRefusal(errno) && openSockets(SOCK_NONBLOCK));
}

// Runs in signal handlers: async-signal-safe calls only.
bool ExitEvent::trySet() const noexcept
{
    if (isSocketPair)
        return send();
    const eventfd_t one = 1;
    // EAGAIN: it counts no further, and is readable.
    return ::write(writable, &one, sizeof one) == sizeof one || errno == EAGAIN;
}

void ExitEvent::clear() const noexcept
{
    if (isSocketPair) {
        receive();
        return;
    }
    eventfd_t value;
    [[maybe_unused]] const ssize_t count = ::read(readable, &value, sizeof value);
}

} // namespace ForkFd::Internal
