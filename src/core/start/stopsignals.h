// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_STOPSIGNALS_H
#define FORKFD_CORE_START_STOPSIGNALS_H

namespace ForkFd::Internal {

/// Keeps signals of job control (Ctrl-Z, or a terminal that this process must not use) from stopping
/// this process before its exec. Its parent sleeps until the exec with shared memory: a stop would
/// block both until SIGCONT comes.
///
/// The signals get a handler that does nothing. execve(2) gives caught signals their default action
/// again, so that the program has the right dispositions. A signal that comes in this window is lost,
/// as if it had come before the child existed. SIGSTOP cannot be caught.
// Runs in the child between clone and exec: async-signal-safe calls only.
void discardStopSignalsUntilExec() noexcept;

} // namespace ForkFd::Internal

#endif
