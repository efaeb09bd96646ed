// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_THISPROCESS_H
#define FORKFD_CORE_BASE_THISPROCESS_H

#include <ForkFd/export.h>

#include <cstdint>

#include <sys/types.h>

namespace ForkFd::Internal {

/// A number that this process has and that no process has which it was forked from. It is never 0.
///
/// It costs no system call where the kernel wipes a page in copies. A child that shares our memory
/// (vfork) has our stamp: code that may run there compares a ProcessIdentity. Async-signal-safe.
FORKFD_EXPORT std::uint32_t processStamp() noexcept;

/// Tells a process from its forked copies, which see the same memory.
///
/// The process id does not tell them apart: PID 1 of a container that forks into a new PID namespace
/// makes another PID 1, and the kernel gives numbers out again. The stamp does not tell a vfork() child
/// from its parent. So both are compared.
class alignas(8) ProcessIdentity
{
public:
    /// Of no process.
    constexpr ProcessIdentity() noexcept = default;
    /// Of this one. Async-signal-safe.
    FORKFD_EXPORT static ProcessIdentity current() noexcept;

    /// Async-signal-safe.
    FORKFD_EXPORT bool isCurrent() const noexcept;

private:
    pid_t m_pid = 0;
    std::uint32_t m_stamp = 0;
};

} // namespace ForkFd::Internal

#endif
