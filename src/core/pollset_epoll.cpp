// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "pollset.h"

#include "uniquefd.h"

#include <algorithm>
#include <new>

#include <sys/epoll.h>

namespace ForkFd::Internal {

namespace {

std::uint32_t eventsOf(PollSet::Interest interest)
{
    switch (interest) {
    case PollSet::Readable:
        return EPOLLIN;
    case PollSet::Writable:
        return EPOLLOUT;
    case PollSet::HungUp:
        break; // It is reported unasked (epoll_ctl(2)).
    case PollSet::Nothing:
        return EPOLLET; // And then only once.
    }
    return 0;
}

epoll_event eventOf(PollSet::Interest interest, std::uint64_t id)
{
    epoll_event event = {};
    event.events = eventsOf(interest);
    event.data.u64 = id;
    return event;
}

} // namespace

struct PollSet::Private
{
    UniqueFd epoll;
};

PollSet::PollSet() noexcept = default;
PollSet::~PollSet() = default;

bool PollSet::open() noexcept
{
    m_private.reset(new (std::nothrow) Private{UniqueFd(::epoll_create1(EPOLL_CLOEXEC))});
    return descriptor() >= 0;
}

int PollSet::descriptor() const noexcept
{
    return m_private ? m_private->epoll.get() : -1;
}

bool PollSet::add(int fd, Interest interest, std::uint64_t id) noexcept
{
    epoll_event event = eventOf(interest, id);
    return ::epoll_ctl(descriptor(), EPOLL_CTL_ADD, fd, &event) == 0;
}

bool PollSet::change(int fd, Interest interest, std::uint64_t id) noexcept
{
    epoll_event event = eventOf(interest, id);
    return ::epoll_ctl(descriptor(), EPOLL_CTL_MOD, fd, &event) == 0;
}

void PollSet::remove(int fd) noexcept
{
    ::epoll_ctl(descriptor(), EPOLL_CTL_DEL, fd, nullptr);
}

int PollSet::wait(std::uint64_t *ids, int timeout) noexcept
{
    epoll_event events[maxEvents];
    const int count = ::epoll_wait(descriptor(), events, maxEvents, timeout);
    for (int i = 0; i < count; ++i)
        ids[i] = events[i].data.u64;
    return std::max(count, 0);
}

} // namespace ForkFd::Internal
