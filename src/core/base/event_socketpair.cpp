// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/event.h"

#include "core/base/signals.h"

#include <sys/socket.h>

namespace ForkFd::Internal {

bool ExitEvent::openPrivate() noexcept
{
    return openSockets(SOCK_NONBLOCK);
}

// Runs in signal handlers: async-signal-safe calls only.
bool ExitEvent::trySet() const noexcept
{
    return send();
}

void ExitEvent::clear() const noexcept
{
    const CancellationBlocker blocker;
    receive();
}

} // namespace ForkFd::Internal
