// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/pipecapacity.h"

#include <atomic>

#include <fcntl.h>

namespace ForkFd::Internal {

namespace {

// 4 MiB of the 64 MiB that a user has. With more children, some write while the program reads from
// others; a larger pipe gains nothing then.
constexpr int maxActive = 4;

// Relaxed: the count orders no other memory. A forked copy keeps the count, because it has the same
// pipes.
std::atomic<int> active{0};

// False if the capacity stays unchanged.
bool setCapacity([[maybe_unused]] int fd, [[maybe_unused]] int capacity) noexcept
{
#ifdef F_SETPIPE_SZ
    // Since Linux 2.6.35. The limits for an unprivileged user are in /proc/sys/fs/pipe-max-size and
    // pipe-user-pages-soft (pipe(7)). EBUSY: the pipe contains more than the new capacity.
    return ::fcntl(fd, F_SETPIPE_SZ, capacity) >= capacity;
#else
    return false;
#endif
}

} // namespace

PipeEnlargement::~PipeEnlargement()
{
    release();
}

PipeEnlargement::Result PipeEnlargement::begin(int fd) noexcept
{
    if (active.fetch_add(1, std::memory_order_relaxed) >= maxActive) {
        active.fetch_sub(1, std::memory_order_relaxed);
        return Busy;
    }
    m_owner = ProcessIdentity::current();
    if (setCapacity(fd, enlarged))
        return Enlarged;
    release();
    return Refused;
}

bool PipeEnlargement::end(int fd) noexcept
{
    if (!setCapacity(fd, usual))
        return false;
    release();
    return true;
}

void PipeEnlargement::abandon(int fd) noexcept
{
    // A grandchild may keep the other end open for long.
    if (isActive() && m_owner.isCurrent())
        setCapacity(fd, usual);
    release();
}

void PipeEnlargement::release() noexcept
{
    if (isActive())
        active.fetch_sub(1, std::memory_order_relaxed);
    m_owner = ProcessIdentity();
}

} // namespace ForkFd::Internal
