// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "pollset.h"

#include <algorithm>

#include <sys/epoll.h>

namespace ForkFd::Internal {

bool PollSet::open() noexcept
{
    m_epoll.reset(::epoll_create1(EPOLL_CLOEXEC));
    return static_cast<bool>(m_epoll);
}

bool PollSet::add(int fd, Interest interest, std::uint64_t id) noexcept
{
    epoll_event event = {};
    event.events = interest == Readable ? EPOLLIN : EPOLLOUT;
    event.data.u64 = id;
    return ::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void PollSet::remove(int fd) noexcept
{
    ::epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, fd, nullptr);
}

int PollSet::wait(std::uint64_t *ids, int timeout) noexcept
{
    epoll_event events[maxEvents];
    const int count = ::epoll_wait(m_epoll.get(), events, maxEvents, timeout);
    for (int i = 0; i < count; ++i)
        ids[i] = events[i].data.u64;
    return std::max(count, 0);
}

} // namespace ForkFd::Internal
