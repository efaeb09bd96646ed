// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_STOPSIGNALS_H
#define FORKFD_CORE_START_STOPSIGNALS_H

namespace ForkFd::Internal {

/// From now on no signal of job control (Ctrl-Z, or a terminal that this process must not use) stops
/// this process before its exec. Its parent waits for that exec, and with shared memory it cannot do
/// anything else: both would stand still until somebody sends SIGCONT.
///
/// The signals that would stop it get a handler that does nothing, because execve(2) gives caught
/// signals their default action again: the program has the dispositions that it would have had. A signal
/// that comes in this window is lost, as if it had come before the child existed. SIGSTOP cannot be
/// caught.
// Runs in the child between clone and exec: async-signal-safe calls only.
void discardStopSignalsUntilExec() noexcept;

} // namespace ForkFd::Internal

#endif
