// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/pollset_backend.h"

#include "core/base/event.h"
#include "core/base/wait.h"

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <new>
#include <vector>

#include <poll.h>

namespace ForkFd::Internal {

namespace {

short pollEventsOf(PollSet::Interest interest)
{
    switch (interest) {
    case PollSet::Readable:
        return POLLIN;
    case PollSet::Writable:
        return POLLOUT;
    case PollSet::Priority:
        return POLLPRI;
    case PollSet::HungUp: // poll always reports it (poll(2)).
    case PollSet::Nothing:
        break;
    }
    return 0;
}

// poll(2) skips negative descriptors.
pollfd entryOf(int fd, PollSet::Interest interest)
{
    return {interest == PollSet::Nothing ? ~fd : fd, pollEventsOf(interest), 0};
}

} // namespace

// A forked copy never locks this mutex: it makes another set.
struct PollSet::Polling final : PollSet::Private
{
    ~Polling() override { changed.close(); }

    int descriptor() const noexcept override { return -1; }
    bool add(int fd, Interest interest, std::uint64_t id) noexcept override;
    bool change(int fd, Interest interest, std::uint64_t id) noexcept override;
    void remove(int fd) noexcept override;
    int wait(std::uint64_t *ids, int timeout, int maximum) noexcept override;

    std::vector<pollfd>::iterator find(int fd)
    {
        return std::find_if(entries.begin(), entries.end(),
                            [fd](const pollfd &entry) { return entry.fd == fd || entry.fd == ~fd; });
    }

    std::mutex mutex;
    std::vector<pollfd> entries; ///< The first entry is `changed`.
    std::vector<std::uint64_t> ids; ///< The ids of `entries`, at the same positions.
    ExitEvent changed; ///< Wakes the waiting thread.
    std::size_t next = 1; ///< Where wait() continues, so that each of many ready members gets its turn.
};

std::unique_ptr<PollSet::Private> PollSet::Private::makePolling() noexcept
{
    std::unique_ptr<Polling> fresh(new (std::nothrow) Polling);
    if (!fresh || !fresh->changed.open(ExitEvent::Private)
        || !fresh->add(fresh->changed.readable, Readable, 0))
        return nullptr;
    return fresh;
}

bool PollSet::Polling::add(int fd, Interest interest, std::uint64_t id) noexcept
try {
    const std::lock_guard lock(mutex);
    ids.reserve(ids.size() + 1);
    entries.push_back(entryOf(fd, interest));
    ids.push_back(id);
    changed.set();
    return true;
} catch (const std::bad_alloc &) {
    errno = ENOMEM;
    return false;
}

bool PollSet::Polling::change(int fd, Interest interest, std::uint64_t id) noexcept
{
    const std::lock_guard lock(mutex);
    const auto found = find(fd);
    if (found == entries.end()) {
        errno = ENOENT;
        return false;
    }
    *found = entryOf(fd, interest);
    ids[static_cast<std::size_t>(found - entries.begin())] = id;
    changed.set();
    return true;
}

void PollSet::Polling::remove(int fd) noexcept
{
    const std::lock_guard lock(mutex);
    const auto found = find(fd);
    if (found == entries.end())
        return;
    ids.erase(ids.begin() + (found - entries.begin()));
    entries.erase(found);
    changed.set();
}

int PollSet::Polling::wait(std::uint64_t *readyIds, int timeout, int maximum) noexcept
try {
    std::unique_lock lock(mutex);
    std::vector<pollfd> looked = entries;
    const std::vector<std::uint64_t> itsIds = ids;
    lock.unlock();
    if (pollDescriptors(looked.data(), looked.size(), timeout) <= 0)
        return 0;
    if (looked.front().revents != 0)
        changed.clear();
    int count = 0;
    for (std::size_t i = 1; i < looked.size() && count < maximum; ++i) {
        next = next + 1 < looked.size() ? next + 1 : 1;
        if (looked[next].revents != 0)
            readyIds[count++] = itsIds[next];
    }
    return count;
} catch (const std::bad_alloc &) {
    pauseFor(std::chrono::milliseconds(50)); // Without memory it cannot poll; some may become free.
    return 0;
}

} // namespace ForkFd::Internal
