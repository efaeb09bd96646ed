// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/pollset_backend.h"

#include "core/base/refusal.h"
#include "core/base/signals.h"
#include "core/base/uniquefd.h"
#include "core/base/wait.h"

#include <algorithm>
#include <new>

#include <sys/epoll.h>

namespace ForkFd::Internal {

namespace {

std::uint32_t epollEventsOf(PollSet::Interest interest)
{
    switch (interest) {
    case PollSet::Readable:
        return EPOLLIN;
    case PollSet::Writable:
        return EPOLLOUT;
    case PollSet::Priority:
        return EPOLLPRI;
    case PollSet::HungUp:
        break; // epoll always reports it (epoll_ctl(2)).
    case PollSet::Nothing:
        return EPOLLET; // A hang-up is still reported, but edge-triggered only once.
    }
    return 0;
}

epoll_event eventOf(PollSet::Interest interest, std::uint64_t id)
{
    epoll_event event = {};
    event.events = epollEventsOf(interest);
    event.data.u64 = id;
    return event;
}

// A filter may allow epoll_create1() but refuse the other calls. No descriptor has the number -1.
bool isUsable(const UniqueFd &epoll) noexcept
{
    const CancellationBlocker blocker;
    epoll_event event = {};
    const auto knows = [&](int operation) {
        return ::epoll_ctl(epoll.get(), operation, -1, &event) != 0 && errno == EBADF;
    };
    return ::epoll_wait(epoll.get(), &event, 1, 0) == 0 && knows(EPOLL_CTL_ADD) && knows(EPOLL_CTL_MOD)
        && knows(EPOLL_CTL_DEL);
}

} // namespace

struct PollSet::Epoll final : PollSet::Private
{
    explicit Epoll(UniqueFd itsEpoll) noexcept
        : epoll(std::move(itsEpoll))
    {
    }

    int descriptor() const noexcept override { return epoll.get(); }

    bool add(int fd, Interest interest, std::uint64_t id) noexcept override
    {
        epoll_event event = eventOf(interest, id);
        return ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) == 0;
    }

    bool change(int fd, Interest interest, std::uint64_t id) noexcept override
    {
        epoll_event event = eventOf(interest, id);
        return ::epoll_ctl(epoll.get(), EPOLL_CTL_MOD, fd, &event) == 0;
    }

    void remove(int fd) noexcept override { ::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, fd, nullptr); }

    int wait(std::uint64_t *ids, int timeout, int maximum) noexcept override
    {
        epoll_event events[maxEvents];
        const int count = ::epoll_wait(epoll.get(), events, maximum, timeout);
        for (int i = 0; i < count; ++i)
            ids[i] = events[i].data.u64;
        // A filter was installed later, or other code closed the descriptor: do not spin.
        if (count < 0 && errno != EINTR)
            pauseFor(std::chrono::milliseconds(timeout < 0 ? 10 : std::min(timeout, 10)));
        return std::max(count, 0);
    }

    const UniqueFd epoll;
};

bool PollSet::open() noexcept
{
    UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
    if (epoll ? !isUsable(epoll) : isRefusal(errno)) {
        epoll.reset();
        m_private = Private::makePolling();
    } else if (epoll) {
        m_private.reset(new (std::nothrow) Epoll(std::move(epoll)));
    }
    return m_private != nullptr;
}

} // namespace ForkFd::Internal
