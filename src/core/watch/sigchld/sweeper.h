// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_SIGCHLD_SWEEPER_H
#define FORKFD_CORE_WATCH_SIGCHLD_SWEEPER_H

namespace ForkFd::Internal::Sweeper {

/// Sees to it that a thread looks after the children of the SIGCHLD backend, whatever becomes of
/// signals: it sweeps the table when asked and at least every 250 ms while there are children, and puts
/// our handler back on top of the chain. Returns 0 or an errno.
int ensureRunning() noexcept;

/// To be called when a child was added to the table.
void childAdded() noexcept;

/// Asks for a sweep soon. Async-signal-safe.
void requestSweep() noexcept;

/// Tells that a signal came whose child was looked after. Asks for a sweep once so many have come that
/// the sweep costs little for each of them. Async-signal-safe.
void noteSignal() noexcept;

} // namespace ForkFd::Internal::Sweeper

#endif
