// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_TEMPORARYCHANGE_H
#define FORKFD_TEMPORARYCHANGE_H

#include <csignal>

#include <fcntl.h>
#include <sys/resource.h>

/// Sets the action of a signal until the end of the scope.
class TemporaryAction
{
public:
    TemporaryAction(int signal, void (*handler)(int), int flags = 0)
        : m_signal(signal)
    {
        struct sigaction action = {};
        action.sa_handler = handler;
        action.sa_flags = flags;
        sigaction(signal, &action, &m_previous);
    }
    ~TemporaryAction() { sigaction(m_signal, &m_previous, nullptr); }
    TemporaryAction(const TemporaryAction &) = delete;
    TemporaryAction &operator=(const TemporaryAction &) = delete;

private:
    int m_signal;
    struct sigaction m_previous;
};

/// Sets this thread's signal mask until the end of the scope.
class TemporaryMask
{
public:
    explicit TemporaryMask(const sigset_t &mask) { pthread_sigmask(SIG_SETMASK, &mask, &m_previous); }
    ~TemporaryMask() { pthread_sigmask(SIG_SETMASK, &m_previous, nullptr); }
    TemporaryMask(const TemporaryMask &) = delete;
    TemporaryMask &operator=(const TemporaryMask &) = delete;

private:
    sigset_t m_previous;
};

/// Removes this thread's alternate signal stack until the end of the scope. QtTest's is small.
class TemporaryMainStack
{
public:
    TemporaryMainStack()
    {
        const stack_t none = {.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
        sigaltstack(&none, &m_previous);
    }
    ~TemporaryMainStack() { sigaltstack(&m_previous, nullptr); }
    TemporaryMainStack(const TemporaryMainStack &) = delete;
    TemporaryMainStack &operator=(const TemporaryMainStack &) = delete;

private:
    stack_t m_previous;
};

/// Sets a soft limit, at most the hard one, until the end of the scope.
class TemporaryLimit
{
public:
    TemporaryLimit(__rlimit_resource_t resource, rlim_t soft)
        : m_resource(resource)
    {
        getrlimit(resource, &m_previous);
        const rlimit limit = {soft < m_previous.rlim_max ? soft : m_previous.rlim_max,
                              m_previous.rlim_max};
        setrlimit(resource, &limit);
    }
    ~TemporaryLimit() { setrlimit(m_resource, &m_previous); }
    TemporaryLimit(const TemporaryLimit &) = delete;
    TemporaryLimit &operator=(const TemporaryLimit &) = delete;

private:
    __rlimit_resource_t m_resource;
    rlimit m_previous;
};

/// The RLIMIT_NOFILE that leaves exactly `count` free descriptors, even if this process has inherited
/// high numbers.
inline rlim_t descriptorLimitThatLeaves(int count)
{
    int fd = -1;
    for (int free = 0; free <= count;) {
        if (fcntl(++fd, F_GETFD) < 0)
            ++free;
    }
    return static_cast<rlim_t>(fd);
}

#endif
