// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_THREADCOUNT_H
#define FORKFD_CORE_BASE_THREADCOUNT_H

namespace ForkFd::Internal {

/// How many threads there are in a process whose main thread has ended, by pthread_exit(3), without that
/// one. -1 as long as it has not, and where that is not known.
int threadsWithoutMain() noexcept;

} // namespace ForkFd::Internal

#endif
