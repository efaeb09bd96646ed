// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/pollset_backend.h"

#include "core/base/sanitizers.h"
#include "core/base/signals.h"
#include "core/base/wait.h"

#include <cerrno>

namespace ForkFd::Internal {

PollSet::PollSet() noexcept = default;
PollSet::~PollSet() = default;

void PollSet::close() noexcept
{
    m_private.reset();
}

void PollSet::abandon() noexcept
{
    Sanitizers::noteInUse(m_private.release());
}

int PollSet::descriptor() const noexcept
{
    return m_private ? m_private->descriptor() : -1;
}

bool PollSet::add(int fd, Interest interest, std::uint64_t id) noexcept
{
    if (m_private)
        return m_private->add(fd, interest, id);
    errno = EBADF;
    return false;
}

bool PollSet::change(int fd, Interest interest, std::uint64_t id) noexcept
{
    if (m_private)
        return m_private->change(fd, interest, id);
    errno = EBADF;
    return false;
}

void PollSet::remove(int fd) noexcept
{
    if (m_private)
        m_private->remove(fd);
}

int PollSet::wait(std::uint64_t *ids, int timeout, int maximum) noexcept
{
    const CancellationBlocker blocker;
    if (m_private)
        return m_private->wait(ids, timeout, maximum);
    pauseFor(std::chrono::milliseconds(timeout < 0 ? 50 : timeout));
    return 0;
}

} // namespace ForkFd::Internal
