// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/preparedwatch_linux.h"

#include "core/base/refusal.h"
#include "core/watch/childwait.h"
#include "core/watch/pidfd.h"
#include "core/watch/sigchld/watch.h"

#include <cerrno>
#include <csignal>

#include <sys/eventfd.h>

namespace ForkFd::Internal {

namespace {

// False if a filter refuses the signal.
bool killUnwatched(pid_t pid) noexcept
{
    // After a theft the number may belong to another process: kill only a child that can be waited for.
    if (ChildWait::look(pid).sight == ChildWait::Finding::Gone)
        return true;
    if (::kill(pid, SIGKILL) != 0 && errno != ESRCH)
        return false;
    ChildWait::awaitEnd(pid);
    return true;
}

} // namespace

UniqueFd openReadable() noexcept
{
    UniqueFd readable(::eventfd(1, EFD_CLOEXEC));
    if (readable || !isRefusal(errno))
        return readable;
    Pipe pipe; // An end of file makes it readable.
    return pipe.open() ? std::move(pipe.readEnd) : UniqueFd();
}

int PreparedWatch::prepare(Rung rung, ExitEvent::Kind kind, bool leadsGroup)
{
    m_pidFdWatch = nullptr;
    m_sigChldWatch = nullptr;
    if (isWatchedByNumber(rung)) {
        m_sigChldWatch = new SigChldWatch;
        m_watch.reset(m_sigChldWatch);
        m_watch->setLeadsGroup(leadsGroup);
        return m_sigChldWatch->prepare(kind) ? 0 : errno;
    }
    m_pidFdWatch = new PidFdWatch;
    m_watch.reset(m_pidFdWatch);
    m_watch->setLeadsGroup(leadsGroup);
    if (!opensPidFd(rung))
        return 0;
    if (!PidFdWatch::canOpen())
        return errno;
    // Keeps a number free for the pidfd. If the child cannot be waited for any more when the pidfd is
    // opened, this readable descriptor takes the pidfd's place.
    m_spare = openReadable();
    return m_spare ? 0 : errno;
}

int PreparedWatch::prepareForNumber(ExitEvent::Kind kind, bool leadsGroup)
{
    while (true) {
        const Rung rung = Ladder::rungFor(Creation::ByNumber);
        const int errorCode = prepare(rung, kind, leadsGroup);
        if (errorCode == 0 || isWatchedByNumber(rung) || !Ladder::giveUpAfter(rung, errorCode))
            return errorCode;
    }
}

void PreparedWatch::begin(pid_t pid, UniqueFd pidfd) noexcept
{
    m_pidFdWatch->watch(pid, std::move(pidfd));
}

int PreparedWatch::beginByNumber(pid_t pid) noexcept
{
    if (m_sigChldWatch) {
        m_sigChldWatch->watch(pid);
        return 0;
    }
    UniqueFd pidfd = PidFdWatch::open(pid);
    if (!pidfd && (errno == EMFILE || errno == ENFILE)) {
        m_spare.reset();
        pidfd = PidFdWatch::open(pid);
    }
    if (pidfd) {
        begin(pid, std::move(pidfd));
        return 0;
    }
    const int errorCode = errno;
    if (errorCode == ECHILD && !m_spare)
        m_spare = openReadable();
    if (errorCode == ECHILD && m_spare) {
        m_pidFdWatch->watchUnknowable(pid, std::move(m_spare));
        return 0;
    }
    if (!killUnwatched(pid))
        begin(pid, UniqueFd()); // The keeper waits for the child by its number.
    return errorCode;
}

bool PreparedWatch::beginIfChild(pid_t pid) noexcept
{
    if (ChildWait::look(pid).sight == ChildWait::Finding::Gone)
        return false;
    if (m_sigChldWatch) {
        m_sigChldWatch->watch(pid);
        return true;
    }
    m_spare.reset(); // Frees a number for the pidfd.
    UniqueFd pidfd = PidFdWatch::open(pid);
    if (!pidfd && errno == ECHILD)
        return false;
    begin(pid, std::move(pidfd)); // Without a pidfd the keeper waits for the child by its number.
    return true;
}

std::array<int, 3> PreparedWatch::inherited() const noexcept
{
    const ExitEvent event = m_sigChldWatch ? m_sigChldWatch->event() : ExitEvent();
    return {event.readable, event.writable, m_spare.get()};
}

// Runs in a child with a copy of our memory: async-signal-safe calls only.
void PreparedWatch::forget() noexcept
{
    // The destructor would free memory, but another thread may have held the allocator's lock.
    static_cast<void>(m_watch.release());
    m_spare.release();
}

} // namespace ForkFd::Internal
