// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/startreport.h"

#include "core/base/wait.h"
#include "core/start/detached.h"
#include "core/watch/exitwatch.h"

#include <algorithm>
#include <cerrno>

#include <poll.h>
#include <unistd.h>

namespace ForkFd::Internal {

StartReport::Outcome StartReport::look() noexcept
{
    // Checked before the socket is read: a failure that came in time counts, however late this call is.
    const bool isOver = m_deadline.hasExpired();
    while (m_outcome < Started && receive())
        note(m_received.stage);
    if (m_outcome < Started && isOver)
        m_outcome = Started;
    return m_outcome;
}

StartReport::Outcome StartReport::lookAtEnd() noexcept
{
    if (look() < Started)
        m_outcome = Started; // The child was killed before its exec, which counts as a start.
    return m_outcome;
}

namespace {

// Whether poll(2) has reported the end of the child, if it has a watch. POLLNVAL reports nothing; see
// pollDescriptors().
bool isEnd(short events, ExitWatch *watch) noexcept
{
    return (events & POLLIN) != 0 || (events != 0 && watch && watch->look());
}

} // namespace

StartReport::Outcome StartReport::await(ExitWatch *watch, bool passesModifier) noexcept
{
    const Outcome enough = passesModifier ? Started : AtModifier;
    RetryDelay delay;
    while (look() < enough) {
        // No event reports the end of an orphan, which is no child.
        const bool isOrphan = !watch && m_received.orphan > 0;
        const Deadline wakeUp = isOrphan ? std::min(m_deadline, Deadline(delay.next())) : m_deadline;
        pollfd entries[] = {{m_socket.get(), POLLIN, 0}, {watch ? watch->descriptor() : -1, POLLIN, 0}};
        const int count = pollDescriptors(entries, std::size(entries), wakeUp.pollTimeout());
        const bool isSilent = count <= 0 || (entries[0].revents & POLLIN) == 0;
        if ((count > 0 && isEnd(entries[1].revents, watch))
            || (isOrphan && isSilent && hasOrphanEnded(m_received.orphan)))
            lookAtEnd();
    }
    return m_outcome;
}

StartFailure StartReport::failure() const noexcept
{
    StartFailure failure(m_received.failure);
    m_names.complete(failure);
    return failure;
}

// Returns whether a whole report has come.
bool StartReport::receive() noexcept
{
    // Not recv(2): a filter that lets socketpair(2) through may refuse it.
    char *const bytes = reinterpret_cast<char *>(&m_next);
    ssize_t count;
    do {
        count = ::read(m_socket.get(), bytes + m_nextSize, sizeof m_next - m_nextSize);
    } while (count < 0 && errno == EINTR);
    if (count < 0 && errno == EAGAIN)
        return false;
    if (count <= 0) { // The exec, or the end of the child, has closed the other end.
        m_outcome = Started;
        return false;
    }
    m_nextSize += static_cast<std::size_t>(count);
    if (m_nextSize < sizeof m_next)
        return false; // The rest makes the socket readable again.
    m_nextSize = 0;
    m_received = m_next;
    return true;
}

void StartReport::note(ChildReport::Stage stage) noexcept
{
    if (stage == ChildReport::Modifier)
        m_outcome = AtModifier;
    else if (stage == ChildReport::Exec)
        m_deadline = Deadline(patience);
    else if (stage == ChildReport::Failed)
        m_outcome = Failed;
}

} // namespace ForkFd::Internal
