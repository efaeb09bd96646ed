// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/wait.h"

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace ForkFd::Internal {

using std::chrono::milliseconds;

void pauseFor(milliseconds time) noexcept
{
    const CancellationBlocker blocker;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const std::chrono::nanoseconds rest = time - seconds;
    const timespec length = {static_cast<std::time_t>(seconds.count()), static_cast<long>(rest.count())};
    ::nanosleep(&length, nullptr); // Unlike poll(2), it does not fail because of RLIMIT_NOFILE.
}

int pollDescriptors(pollfd *entries, nfds_t count, int timeout, milliseconds moment)
{
    const int ready = ::poll(entries, count, timeout);
    if (ready >= 0 || errno == EINTR)
        return ready;
    pauseFor(timeout < 0 ? moment : std::min(moment, milliseconds(timeout)));
    int marked = 0;
    for (pollfd *entry = entries; entry != entries + count; ++entry) {
        entry->revents = entry->fd < 0 ? short{0} : short{POLLNVAL};
        marked += entry->fd < 0 ? 0 : 1;
    }
    return marked;
}

bool sleepUntilReadable(int descriptor, int timeout, const CancellationBlocker &blocker)
{
    pollfd entry = {descriptor, POLLIN, 0};
    ::pthread_setcancelstate(blocker.previousState(), nullptr);
    const bool isReadable = pollDescriptors(&entry, 1, timeout) > 0;
    ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
    return isReadable;
}

} // namespace ForkFd::Internal
