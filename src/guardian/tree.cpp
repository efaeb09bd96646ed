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
    if (message.kind == GuardianMessage::Leader) {
        setLeader(message, std::move(fd));
    } else if (message.kind == GuardianMessage::Started) {
        m_isStarted = true;
        setLeaderStart(message.leaderStart);
    } else if (message.kind == GuardianMessage::Group) {
        fd = DescriptorReserve::spare(std::move(fd));
        if (!fd)
            return;
        m_cgroup.set(std::move(fd), message.name);
        awaitCgroup();
    }
}

// Waits for one change only: a file that cannot be read would be ready for ever.
void Tree::awaitCgroup() noexcept
{
    wait(m_cgroup.events(), EPOLLPRI | EPOLLET);
}

namespace {

// As long as a process has not been reaped, no other process has its number.
bool isUnreaped(const UniqueFd &pidfd) noexcept
{
    pollfd process = {pidfd.get(), POLLIN, 0};
    return ::poll(&process, 1, 0) == 0 || PidFdSignal::send(pidfd.get(), 0) == 0;
}

} // namespace

// A pidfd from the leader is polled after the look at the number: if its process is not reaped then, the
// number was the leader's during the look. A pidfd that was opened by number is the leader's if the
// start time is.
void Tree::setLeader(const GuardianMessage &message, UniqueFd pidfd) noexcept
{
    if (message.leader <= 0)
        return; // It is in a PID namespace that this process does not see.
    unwatch();
    m_leader = message.leader;
    m_isPidFdSent = static_cast<bool>(pidfd);
    if (!m_isPidFdSent && m_usesPidFds)
        pidfd = openPidFd(m_leader);
    m_leaderStart = message.leaderStart;
    Process process;
    if (m_isPidFdSent && lookAt(m_leader, process) && isUnreaped(pidfd))
        m_leaderStart = process.start;
    m_watched = DescriptorReserve::spare(std::move(pidfd));
    m_watchesLeader = static_cast<bool>(m_watched);
    wait(m_watched.get(), EPOLLIN);
    forgetOtherProcess();
}

// The program has read the start time before it reaped the leader.
void Tree::setLeaderStart(std::uint64_t start) noexcept
{
    if (m_leaderStart != 0)
        return;
    m_leaderStart = start;
    forgetOtherProcess();
}

void Tree::forgetOtherProcess() noexcept
{
    if (m_watchesLeader && !m_isPidFdSent && isNumberReused())
        unwatch();
}

void Tree::wait(int fd, unsigned events) noexcept
{
    epoll_event event = {};
    event.events = events;
    event.data.ptr = this;
    if (fd >= 0)
        ::epoll_ctl(m_poll, EPOLL_CTL_ADD, fd, &event);
}

// The kernel keeps the entry of a closed descriptor while another process has a copy (epoll(7)).
void Tree::unwatch() noexcept
{
    if (m_watched)
        ::epoll_ctl(m_poll, EPOLL_CTL_DEL, m_watched.get(), nullptr);
    m_watched.reset();
    m_watchesLeader = false;
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

bool Tree::isNumberReused() const noexcept
{
    return m_leaderStart != 0 && isGivenOutAgain(m_leader, m_leaderStart);
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

// Returns false if the process has already ended.
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
    if (!hasLeader)
        unwatch(); // Otherwise it would be ready for ever.
    if (!m_isStarted || isPopulated || hasLeader)
        return false;
    if (m_cgroup)
        return true;
    const pid_t member = findMember(processes);
    return member < 0 || (member > 0 && m_usesPidFds && !watch(member) && isOver());
}

// If the cgroup cannot be killed (cgroupfs is mounted read-only, or a filter), the walk kills the tree.
// The group of a leader that has ended is killed only if the number is certainly still the leader's.
bool Tree::kill(Walk &walk) noexcept
{
    const bool isCgroupKilled = m_cgroup.kill();
    const bool isPopulated = m_cgroup.isPopulated();
    if (isPopulated && isCgroupKilled)
        return true;
    const bool canFindLeader = isLeaderAlive() && m_leaderStart != 0;
    if (!canFindLeader && m_watchesLeader && m_isPidFdSent) {
        PidFdSignal::send(m_watched.get(), SIGKILL); // A walk cannot find it.
        return true;
    }
    if (canFindLeader || (!isCgroupKilled && m_leader > 0 && m_leaderStart != 0 && !isNumberReused())) {
        walk.addRoot(m_leader, m_leaderStart);
        return true;
    }
    return isPopulated;
}

} // namespace ForkFd::Internal
