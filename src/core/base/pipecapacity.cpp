// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/pipecapacity.h"

#include <atomic>

namespace ForkFd::Internal {

namespace {

// 4 MiB of the 64 MiB that a user has. With more children, some write while the program reads from
// others; a larger pipe gains nothing then.
constexpr int atOnce = 4;

// Relaxed: the count orders no other memory. A forked copy keeps the count, because it has the same
// pipes.
std::atomic<int> active{0};

} // namespace

PipeEnlargement::~PipeEnlargement()
{
    release();
}

PipeEnlargement::Result PipeEnlargement::begin(int fd) noexcept
{
    if (active.fetch_add(1, std::memory_order_relaxed) >= atOnce) {
        active.fetch_sub(1, std::memory_order_relaxed);
        return Busy;
    }
    m_isActive = true;
    m_owner = ProcessIdentity::current();
    if (setPipeCapacity(fd, enlarged))
        return Enlarged;
    release();
    return Refused;
}

bool PipeEnlargement::end(int fd) noexcept
{
    if (!setPipeCapacity(fd, usual))
        return false;
    release();
    return true;
}

void PipeEnlargement::abandon(int fd) noexcept
{
    // A grandchild may keep the other end open for long.
    if (m_isActive && m_owner.isCurrent())
        setPipeCapacity(fd, usual);
    release();
}

void PipeEnlargement::release() noexcept
{
    if (m_isActive)
        active.fetch_sub(1, std::memory_order_relaxed);
    m_isActive = false;
}

} // namespace ForkFd::Internal
