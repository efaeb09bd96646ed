// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "pollset.h"

#include "exitevent.h"

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <new>
#include <vector>

#include <poll.h>

namespace ForkFd::Internal {

namespace {

short eventsOf(PollSet::Interest interest)
{
    switch (interest) {
    case PollSet::Readable:
        return POLLIN;
    case PollSet::Writable:
        return POLLOUT;
    case PollSet::HungUp: // It is reported unasked (poll(2)).
    case PollSet::Nothing:
        break;
    }
    return 0;
}

// poll(2) skips negative numbers.
pollfd entryOf(int fd, PollSet::Interest interest)
{
    return {interest == PollSet::Nothing ? ~fd : fd, eventsOf(interest), 0};
}

} // namespace

// The mutex is never locked by a forked copy, which makes a set of its own.
struct PollSet::Private
{
    std::mutex mutex;
    std::vector<pollfd> entries; ///< The first one is `changed`.
    std::vector<std::uint64_t> ids; ///< At the same positions.
    ExitEvent changed; ///< Wakes the thread that waits.

    Private() = default;
    ~Private() { changed.close(); }
    Private(const Private &) = delete;
    Private &operator=(const Private &) = delete;

    std::vector<pollfd>::iterator find(int fd)
    {
        return std::find_if(entries.begin(), entries.end(),
                            [fd](const pollfd &entry) { return entry.fd == fd || entry.fd == ~fd; });
    }
};

PollSet::PollSet() noexcept = default;
PollSet::~PollSet() = default;

bool PollSet::open() noexcept
{
    m_private.reset(new (std::nothrow) Private);
    if (!m_private || !m_private->changed.open(ExitEvent::Private)) {
        m_private.reset();
        return false;
    }
    return add(m_private->changed.readable, Readable, 0);
}

int PollSet::descriptor() const noexcept
{
    return -1;
}

bool PollSet::add(int fd, Interest interest, std::uint64_t id) noexcept
try {
    if (!m_private) {
        errno = EBADF;
        return false;
    }
    const std::lock_guard lock(m_private->mutex);
    m_private->ids.reserve(m_private->ids.size() + 1);
    m_private->entries.push_back(entryOf(fd, interest));
    m_private->ids.push_back(id);
    m_private->changed.set();
    return true;
} catch (const std::bad_alloc &) {
    errno = ENOMEM;
    return false;
}

bool PollSet::change(int fd, Interest interest, std::uint64_t id) noexcept
{
    const std::lock_guard lock(m_private->mutex);
    const auto found = m_private->find(fd);
    if (found == m_private->entries.end()) {
        errno = ENOENT;
        return false;
    }
    *found = entryOf(fd, interest);
    m_private->ids[static_cast<std::size_t>(found - m_private->entries.begin())] = id;
    m_private->changed.set();
    return true;
}

void PollSet::remove(int fd) noexcept
{
    const std::lock_guard lock(m_private->mutex);
    const auto found = m_private->find(fd);
    if (found == m_private->entries.end())
        return;
    m_private->ids.erase(m_private->ids.begin() + (found - m_private->entries.begin()));
    m_private->entries.erase(found);
    m_private->changed.set();
}

int PollSet::wait(std::uint64_t *ids, int timeout) noexcept
try {
    std::unique_lock lock(m_private->mutex);
    std::vector<pollfd> entries = m_private->entries;
    const std::vector<std::uint64_t> itsIds = m_private->ids;
    lock.unlock();
    if (::poll(entries.data(), entries.size(), timeout) <= 0)
        return 0;
    if (entries.front().revents != 0)
        m_private->changed.clear();
    int count = 0;
    for (std::size_t i = 1; i < entries.size() && count < maxEvents; ++i) {
        if (entries[i].revents != 0)
            ids[count++] = itsIds[i];
    }
    return count;
} catch (const std::bad_alloc &) {
    ::poll(nullptr, 0, 50); // Nothing to be seen without memory; soon there may be some.
    return 0;
}

} // namespace ForkFd::Internal
