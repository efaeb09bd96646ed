// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/quietwrite.h"

#include "core/base/refusal.h"
#include "core/base/signals.h"

#include <atomic>
#include <cerrno>

#include <sys/syscall.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

constexpr int noSignal = 0x100; // RWF_NOSIGNAL, since Linux 6.18.

// Relaxed: it orders no other memory, and a thread that sees it late tries once more.
std::atomic<bool> isRefused = false;

// Writes at the current position, like writev(2): both halves of the offset are -1 (pwritev2(2)).
ssize_t tryWrite(int fd, const iovec *pieces, int count) noexcept
{
    const CancellationBlocker blocker;
    ssize_t written;
    do {
        written = ::syscall(SYS_pwritev2, fd, pieces, static_cast<long>(count), -1L, -1L, noSignal);
    } while (written < 0 && errno == EINTR);
    return written;
}

} // namespace

// Older kernels do not know the flag and return EOPNOTSUPP.
ssize_t writeQuietly(int fd, const iovec *pieces, int count) noexcept
{
    if (!isRefused.load(std::memory_order_relaxed)) {
        const ssize_t written = tryWrite(fd, pieces, count);
        if (written >= 0 || (errno != EOPNOTSUPP && !isRefusal(errno)))
            return written;
        isRefused.store(true, std::memory_order_relaxed);
    }
    return writeWithSignalBlocked(fd, pieces, count);
}

} // namespace ForkFd::Internal
