// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_WAITSTATUS_H
#define FORKFD_CORE_BASE_WAITSTATUS_H

#include <ForkFd/exitinfo.h>

#include <csignal>

namespace ForkFd::Internal {

// Decode the results of waits. Async-signal-safe.

/// Whether a result of waitid(2) is about an end. A wait for ends also reports the stops of a child that
/// this process traces (ptrace(2)).
bool isEnd(const siginfo_t &info) noexcept;
/// The end that waitid(2) reports.
ExitInfo exitInfoOf(const siginfo_t &info) noexcept;
/// The end that wait4(2) reports.
ExitInfo exitInfoOfWaitStatus(int status) noexcept;

} // namespace ForkFd::Internal

#endif
