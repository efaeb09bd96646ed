// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "guardian/tree.h"

#include "core/base/pidfd_linux.h"
#include "guardian/reserve.h"

#include <csignal>
#include <utility>

#include <poll.h>
#include <sys/epoll.h>

namespace ForkFd::Internal {

void Tree::take(const GuardianMessage &message, UniqueFd fd) noexcept
{
    if (message.kind == GuardianMessage::Group && fd) {
        m_cgroup.set(std::move(fd), message.name);
        awaitCgroup();
    } else if (message.kind == GuardianMessage::Leader) {
        setLeader(message, std::move(fd));
    } else if (message.kind == GuardianMessage::Started) {
        m_isStarted = true;
        if (m_leaderStart == 0)
            m_leaderStart = message.leaderStart;
    }
}

// Once for each change: a file that cannot be read would be ready for ever.
void Tree::awaitCgroup() noexcept
{
    wait(m_cgroup.events(), EPOLLPRI | EPOLLET);
}

// A leader that comes with a pidfd was alive when it sent it. The start time is that of the leader if
// the leader has not ended after that, for then its number is still its own.
void Tree::setLeader(const GuardianMessage &message, UniqueFd pidfd) noexcept
{
    if (message.leader <= 0)
        return; // In a PID namespace that this process does not see.
    m_leader = message.leader;
    m_leaderStart = message.leaderStart;
    Process process;
    if (m_leaderStart == 0 && lookAt(m_leader, process))
        m_leaderStart = process.start;
    if (!pidfd && m_usesPidFds)
        pidfd = DescriptorReserve::spare(openPidFd(m_leader));
    m_watched = std::move(pidfd);
    m_watchesLeader = static_cast<bool>(m_watched);
    wait(m_watched.get(), EPOLLIN);
}

void Tree::wait(int fd, unsigned events) noexcept
{
    epoll_event event = {};
    event.events = events;
    event.data.ptr = this;
    if (fd >= 0)
        ::epoll_ctl(m_poll, EPOLL_CTL_ADD, fd, &event);
}

// A leader with another identity may be invisible in /proc (proc(5), "hidepid"), but not to its pidfd.
bool Tree::isLeaderAlive() const noexcept
{
    pollfd leader = {m_watched.get(), POLLIN, 0};
    const int count = m_watchesLeader ? ::poll(&leader, 1, 0) : -1;
    if (count >= 0)
        return count == 0;
    Process process;
    if (m_leader <= 0 || !lookAt(m_leader, process))
        return m_leader > 0 && mayExist(m_leader);
    return (process.start == m_leaderStart || m_leaderStart == 0) && process.isAlive();
}

// While a group or session has the number, no other process gets it.
bool Tree::isNumberReused() const noexcept
{
    Process process;
    return m_leaderStart != 0 && lookAt(m_leader, process) && process.start != m_leaderStart;
}

// Returns a living process of the leader's group or session, -1 if there is none, and 0 if that is not
// known.
pid_t Tree::findMember(const List<Process> *processes) const noexcept
{
    if (m_leader <= 0 || isNumberReused())
        return -1;
    List<Process> fresh;
    const bool isComplete = processes || listProcesses(fresh);
    for (const Process &process : processes ? *processes : fresh) {
        const bool isMember = process.group == m_leader || process.session == m_leader;
        if (isMember && process.isAlive())
            return process.pid;
    }
    return isComplete ? -1 : 0;
}

// Returns false if the process has ended before.
bool Tree::watch(pid_t member) noexcept
{
    m_watched = openPidFd(member);
    if (!m_watched && errno == ESRCH)
        return false;
    m_watched = DescriptorReserve::spare(std::move(m_watched));
    wait(m_watched.get(), EPOLLIN);
    return true;
}

bool Tree::isOver(const List<Process> *processes) noexcept
{
    const bool wasAwaited = m_cgroup.events() >= 0;
    const bool isPopulated = m_cgroup.isPopulated();
    if (!wasAwaited)
        awaitCgroup(); // The file could not be opened before.
    const bool hasLeader = isLeaderAlive();
    if (!hasLeader) {
        m_watched.reset(); // Otherwise it would be ready for ever.
        m_watchesLeader = false;
    }
    if (!m_isStarted || isPopulated || hasLeader)
        return false;
    if (m_cgroup)
        return true;
    const pid_t member = findMember(processes);
    return member < 0 || (member > 0 && m_usesPidFds && !watch(member) && isOver());
}

// A cgroup that cannot be killed (cgroupfs is mounted read-only, a filter) leaves it to the walk. The
// group of a leader that has ended is only killed if the number is certainly still the leader's.
void Tree::kill(Walk &walk) noexcept
{
    const bool isCgroupKilled = m_cgroup.kill();
    if (m_cgroup.isPopulated() && isCgroupKilled)
        return;
    if (isLeaderAlive() && m_leaderStart != 0)
        walk.addRoot(m_leader, m_leaderStart);
    else if (m_watchesLeader)
        PidFdSignal::send(m_watched.get(), SIGKILL); // A walk cannot find it.
    else if (!isCgroupKilled && m_leader > 0 && m_leaderStart != 0 && !isNumberReused())
        walk.addRoot(m_leader, 0);
}

} // namespace ForkFd::Internal
