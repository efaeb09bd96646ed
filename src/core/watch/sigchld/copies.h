// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_SIGCHLD_COPIES_H
#define FORKFD_CORE_WATCH_SIGCHLD_COPIES_H

#include <csignal>
#include <cstdint>

/// Other copies of this library in the process. Each copy would put its handler above the other's again
/// and again, until every signal runs through all of them (S9).
namespace ForkFd::Internal::Copies {

/// A flag in our actions, by which copies recognize each other: SA_EXPOSE_TAGBITS, which means nothing
/// for SIGCHLD, and which kernels before 5.11 keep as they keep all flags (sigaction(2)).
#ifdef __linux__
inline constexpr int mark = 0x800;
#else
inline constexpr int mark = 0;
#endif

/// Whether our handler may go above `current`, which is not ours. For the installer only.
bool mayInstallAbove(const struct sigaction &current) noexcept;
/// Forgets what was noted before. For the installer only.
void noteInstallation() noexcept;

/// A signal has reached our handler, while `caller` was the current handler; 0 if that was ours.
/// Async-signal-safe.
void noteSignal(std::uintptr_t caller) noexcept;
/// Call this if no handler of ours was called for a child's end: another copy does not call ours.
void noteMissedEnd() noexcept;

} // namespace ForkFd::Internal::Copies

#endif
