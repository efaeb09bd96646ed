// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_PROCESSORTIME_H
#define FORKFD_CORE_BASE_PROCESSORTIME_H

#include <chrono>
#include <ctime>

namespace ForkFd::Internal {

/// The processor time that the calling thread has used. On a busy machine a task takes longer, but does
/// not cost more.
inline std::chrono::nanoseconds processorTime() noexcept
{
    timespec time = {};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

} // namespace ForkFd::Internal

#endif
