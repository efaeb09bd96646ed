// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_PROCESSORS_H
#define FORKFD_BENCHMARKS_PROCESSORS_H

#include <sched.h>

namespace Benchmarks {

/// Pins this thread, and the threads and children that it starts, to one processor. The time spent
/// outside the kernel is more visible there, because no process waits for another processor to wake up.
class OnOneProcessor
{
public:
    OnOneProcessor()
    {
        ::sched_getaffinity(0, sizeof m_previous, &m_previous);
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(static_cast<unsigned>(::sched_getcpu()), &one);
        ::sched_setaffinity(0, sizeof one, &one);
    }
    ~OnOneProcessor() { ::sched_setaffinity(0, sizeof m_previous, &m_previous); }
    OnOneProcessor(const OnOneProcessor &) = delete;
    OnOneProcessor &operator=(const OnOneProcessor &) = delete;

private:
    cpu_set_t m_previous;
};

} // namespace Benchmarks

#endif
