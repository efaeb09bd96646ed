// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_WATCH_SIGCHLD_SWEEPER_H
#define FORKFD_CORE_WATCH_SIGCHLD_SWEEPER_H

namespace ForkFd::Internal::Sweeper {

/// Starts the sweeper's thread unless it runs. It sweeps the table when asked, and at least every 250 ms
/// while there are children, whatever happens to signals. It also puts our handler back on top of the
/// chain. Returns 0 or an errno.
int ensureRunning() noexcept;

/// Call this after a child was added to the table.
void childAdded() noexcept;

enum SignalKind { KnownChild, UnknownChild };
/// Counts a signal. Asks for a sweep at once if the child of the signal is not known. If the child was
/// looked at, asks only after so many signals that the sweep costs little for each. Async-signal-safe.
void noteSignal(SignalKind kind) noexcept;

} // namespace ForkFd::Internal::Sweeper

#endif
