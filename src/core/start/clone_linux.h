// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_CLONE_LINUX_H
#define FORKFD_CORE_START_CLONE_LINUX_H

#include <cstddef>

#include <sys/types.h>

struct clone_args;

namespace ForkFd::Internal {

/// Borrows a stack for a child that shares our memory. The stack has an inaccessible guard area, and is
/// kept for the next start, because a new stack costs page faults. Takes no lock, which a fork() in
/// another thread could leave locked in the copy.
class ChildStack
{
public:
    ChildStack() noexcept;
    ~ChildStack();
    ChildStack(const ChildStack &) = delete;
    ChildStack &operator=(const ChildStack &) = delete;

    /// False when no memory could be mapped; errorCode() says why.
    explicit operator bool() const noexcept { return m_base != nullptr; }
    /// The errno of mmap(2) or mprotect(2); 0 with a stack.
    int errorCode() const noexcept { return m_errorCode; }
    void *base() const noexcept { return m_base; }
    void *top() const noexcept { return static_cast<char *>(m_base) + size; }

    /// Only the pages that the child touches become resident. A starter thread, in which fork() makes a
    /// child, has a stack of the same size: the child may call the same modifier.
    static constexpr std::size_t size = 256 * 1024;

private:
    void *m_base = nullptr; ///< The lowest usable byte; the guard lies below.
    int m_errorCode = 0;
};

/// clone3(2) for a child on a separate stack, which libc does not offer. The child calls `entry` with
/// `argument`. Returns the child's pid, or -1 with errno; ENOSYS if this architecture has no stub.
int clone3OnOwnStack(clone_args *args, int (*entry)(void *), void *argument) noexcept;

/// fork() without the handlers of pthread_atfork(3), which async-signal-safe code does not need.
/// `flags` are those of clone(2) with the exit signal. With CLONE_PIDFD the parent's `*mark` gets the
/// pidfd.
pid_t copyingClone(unsigned long flags, int *mark) noexcept;

} // namespace ForkFd::Internal

#endif
