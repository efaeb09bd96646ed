// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "clonedchild.h"

#include "../task.h"

#include <csignal>
#include <utility>

#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Benchmarks {

namespace {

constexpr auto waitByPidFd = static_cast<idtype_t>(3); // Many headers lack P_PIDFD.

alignas(64) thread_local char stack[64 << 10];

// All children with Task::amongMany share this epoll instance.
int epollDescriptor()
{
    static const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
    return descriptor;
}

} // namespace

ClonedChild::~ClonedChild()
{
    if (m_pidfd < 0)
        return;
    ::kill(m_pid, SIGKILL);
    collect();
}

// Runs in the child between clone and exec: async-signal-safe calls only.
int ClonedChild::childMain(void *argument)
{
    const auto *self = static_cast<const ClonedChild *>(argument);
    for (int fd = 0; fd < 3; ++fd) {
        if (const int end = self->m_childEnds[static_cast<std::size_t>(fd)]; end >= 0)
            ::dup2(end, fd);
    }
    ::execve(self->m_task->path(), self->m_task->argv(), environ);
    ::_exit(127);
}

void ClonedChild::start(const Task &task)
{
    m_task = &task;
    openPipes(task);
    m_pid = ::clone(childMain, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
                    this, &m_pidfd);
    if (m_pid < 0)
        fail("clone");
    closeChildEnds();
    if (task.amongMany) {
        epoll_event event = {.events = EPOLLIN, .data = {.fd = m_pidfd}};
        if (::epoll_ctl(epollDescriptor(), EPOLL_CTL_ADD, m_pidfd, &event) != 0)
            fail("epoll_ctl");
    }
}

void ClonedChild::awaitReadable()
{
    if (m_task->amongMany) {
        epoll_event event = {};
        if (::epoll_wait(epollDescriptor(), &event, 1, -1) != 1 || event.data.fd != m_pidfd)
            fail("epoll_wait");
        ::epoll_ctl(epollDescriptor(), EPOLL_CTL_DEL, m_pidfd, nullptr);
        return;
    }
    pollfd entry = {.fd = m_pidfd, .events = POLLIN, .revents = 0};
    if (::poll(&entry, 1, -1) != 1)
        fail("poll");
}

int ClonedChild::awaitEnd()
{
    awaitReadable();
    finishPipes();
    return collect();
}

// Only the raw system call also returns the resource usage.
int ClonedChild::collect()
{
    const int pidfd = std::exchange(m_pidfd, -1);
    siginfo_t info = {};
    rusage usage;
    if (::syscall(SYS_waitid, waitByPidFd, pidfd, &info, WEXITED, &usage) != 0)
        fail("waitid");
    ::close(pidfd);
    return info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
}

} // namespace Benchmarks
