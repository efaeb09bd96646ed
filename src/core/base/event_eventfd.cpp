// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/event.h"

#include "core/base/refusal.h"
#include "core/base/signals.h"
#include "core/base/uniquefd.h"

#include <cerrno>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

// A filter may allow eventfd() but refuse read() or write(). Neither call here changes the event.
bool isUsable(int event) noexcept
{
    eventfd_t nothing = 0;
    return ::write(event, &nothing, sizeof nothing) == sizeof nothing
        && ::read(event, &nothing, sizeof nothing) < 0 && errno == EAGAIN;
}

} // namespace

bool ExitEvent::openPrivate() noexcept
{
    UniqueFd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (event ? !isUsable(event.get()) : isRefusal(errno)) {
        event.reset();
        return openSockets(SOCK_NONBLOCK);
    }
    readable = writable = event.release();
    return readable >= 0;
}

// Runs in signal handlers: async-signal-safe calls only.
bool ExitEvent::trySet() const noexcept
{
    if (isSocketPair)
        return send();
    const eventfd_t one = 1;
    return ::write(writable, &one, sizeof one) == sizeof one;
}

void ExitEvent::clear() const noexcept
{
    const CancellationBlocker blocker;
    if (isSocketPair) {
        receive();
        return;
    }
    eventfd_t value;
    [[maybe_unused]] const ssize_t count = ::read(readable, &value, sizeof value);
}

} // namespace ForkFd::Internal
