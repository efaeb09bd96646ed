// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "exitevent.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace ForkFd::Internal {

bool ExitEvent::openPrivate() noexcept
{
    readable = writable = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return readable >= 0;
}

void ExitEvent::set() const noexcept
{
    if (kind == Public) {
        send();
        return;
    }
    const eventfd_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(writable, &one, sizeof one);
}

void ExitEvent::clear() const noexcept
{
    eventfd_t value;
    [[maybe_unused]] const ssize_t count = ::read(readable, &value, sizeof value);
}

} // namespace ForkFd::Internal
