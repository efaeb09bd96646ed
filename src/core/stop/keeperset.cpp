// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/keeperset.h"

#include "core/base/uniquefd.h"

#include <algorithm>

#include <fcntl.h>

namespace ForkFd::Internal {

void KeeperSet::open() noexcept
{
    if (m_isOpen || !m_wake.open(ExitEvent::Private))
        return;
    m_isOpen = hasRoom() && m_set.open() && m_set.add(m_wake.readable, PollSet::Readable, wakeUp);
    if (!m_isOpen)
        m_wake.close();
}

// Leaves the last free descriptor to the program, which may have closed it a moment ago.
bool KeeperSet::hasRoom() const noexcept
{
    const UniqueFd one(::fcntl(m_wake.readable, F_DUPFD_CLOEXEC, 0));
    const UniqueFd two(::fcntl(m_wake.readable, F_DUPFD_CLOEXEC, 0));
    return one && two;
}

bool KeeperSet::add(int fd, std::uint64_t id) noexcept
{
    return m_isOpen && fd >= 0 && m_set.add(fd, PollSet::Readable, id);
}

void KeeperSet::wake() const noexcept
{
    if (m_isOpen)
        m_wake.set();
}

int KeeperSet::wait(std::uint64_t *ids, int timeout) noexcept
{
    const int count = m_set.wait(ids, timeout);
    if (std::find(ids, ids + count, wakeUp) != ids + count)
        m_wake.clear();
    return count;
}

} // namespace ForkFd::Internal
