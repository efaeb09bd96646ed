// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_THREADCOUNT_H
#define FORKFD_CORE_BASE_THREADCOUNT_H

namespace ForkFd::Internal {

/// If the main thread has ended by pthread_exit(3): the number of the other threads. -1 if it still
/// runs, or if the number is unknown.
int threadsWithoutMain() noexcept;

} // namespace ForkFd::Internal

#endif
