// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/clone_linux.h"

#include <array>
#include <atomic>
#include <cerrno>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

// At least one page: the page sizes in common use end at 64 KiB.
constexpr std::size_t guardSize = 64 * 1024;

// The stacks that are not in use. More than a few threads rarely start children at the same moment. A
// stack for which the array has no free place is unmapped.
std::array<std::atomic<void *>, 8> idleStacks;

void *mapStack() noexcept
{
    void *mapping = ::mmap(nullptr, guardSize + ChildStack::size, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED)
        return nullptr;
    char *base = static_cast<char *>(mapping) + guardSize;
    if (::mprotect(base, ChildStack::size, PROT_READ | PROT_WRITE) != 0) {
        const int savedErrno = errno;
        ::munmap(mapping, guardSize + ChildStack::size);
        errno = savedErrno;
        return nullptr;
    }
    return base;
}

} // namespace

ChildStack::ChildStack() noexcept
{
    // Acquire pairs with the release in the destructor: the last use of the stack is over.
    for (std::atomic<void *> &idle : idleStacks) {
        m_base = idle.exchange(nullptr, std::memory_order_acquire);
        if (m_base)
            return;
    }
    m_base = mapStack();
    m_errorCode = m_base ? 0 : errno;
}

ChildStack::~ChildStack()
{
    if (!m_base)
        return;
    for (std::atomic<void *> &idle : idleStacks) {
        void *none = nullptr;
        if (idle.compare_exchange_strong(none, m_base, std::memory_order_release,
                                         std::memory_order_relaxed))
            return;
    }
    ::munmap(static_cast<char *>(m_base) - guardSize, guardSize + size);
}

pid_t copyingClone(unsigned long flags, int *mark) noexcept
{
    // On s390 the stack comes first. Other architectures differ only in the order of the last two
    // arguments, which are null here (clone(2), "C library/kernel differences").
    constexpr unsigned long noStack = 0;
    const unsigned long first = FORKFD_TARGET_IS_S390 ? noStack : flags;
    const unsigned long second = FORKFD_TARGET_IS_S390 ? flags : noStack;
    return static_cast<pid_t>(::syscall(SYS_clone, first, second, mark, nullptr, nullptr));
}

} // namespace ForkFd::Internal
