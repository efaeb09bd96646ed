// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_THISPROCESS_H
#define FORKFD_CORE_BASE_THISPROCESS_H

#include <ForkFd/export.h>

#include <cstdint>

#include <sys/types.h>

namespace ForkFd::Internal {

/// A number of this process that none of its ancestors has. It is never 0.
///
/// It costs no system call where the kernel wipes a page in copies. A child that shares our memory
/// (vfork) has our stamp: code that may run there compares a ProcessIdentity. Async-signal-safe.
FORKFD_EXPORT std::uint32_t processStamp() noexcept;

/// Distinguishes a process from its forked copies, which find the same data in memory.
///
/// The process id alone is not enough: PID 1 of a container that forks into a new PID namespace makes
/// another PID 1, and the kernel gives numbers out again. The stamp alone is the same in a vfork() child
/// and its parent. So both are compared.
class alignas(8) ProcessIdentity
{
public:
    /// The identity of no process.
    constexpr ProcessIdentity() noexcept = default;
    /// The identity of this process. Async-signal-safe.
    FORKFD_EXPORT static ProcessIdentity current() noexcept;

    /// Async-signal-safe.
    FORKFD_EXPORT bool isCurrent() const noexcept;

private:
    pid_t m_pid = 0;
    std::uint32_t m_stamp = 0;
};

} // namespace ForkFd::Internal

#endif
