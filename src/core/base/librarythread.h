// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_LIBRARYTHREAD_H
#define FORKFD_CORE_BASE_LIBRARYTHREAD_H

#include <ForkFd/export.h>

#include <chrono>
#include <cstddef>

namespace ForkFd::Internal {

/// How long an idle library thread waits for work before it ends.
inline constexpr std::chrono::milliseconds libraryThreadIdleTime(2000);

/// Stack sizes of library threads, in addition to the part that libc uses. Programs that lock their
/// memory (mlockall(2)) pay for all of it.
namespace LibraryStack {
inline constexpr std::size_t libraryCode = std::size_t{128} * 1024;
/// Continuations and callbacks.
inline constexpr std::size_t userCode = std::size_t{512} * 1024;
} // namespace LibraryStack

/// Starts a detached thread that blocks all signals, except those that libc needs, and those of faults,
/// such as SIGSEGV: the thread may run code of the program, whose crash handler has to be called. No
/// other handler of the program runs in the thread, and the thread takes no signal from a signalfd(2)
/// user. The thread inherits the attributes of the calling thread. `name` has at most 15 characters.
/// Returns 0 or an errno.
FORKFD_EXPORT int startLibraryThread(const char *name, void (*main)(void *), void *argument,
                                     std::size_t stackSize = LibraryStack::libraryCode) noexcept;

/// Unblocks signals in a library thread once the program's own threads have ended.
///
/// A program whose main() left by pthread_exit(3) runs as long as it has threads, including those of the
/// library. These block all signals, so only SIGKILL would end such a process. Each library thread that
/// may wait for long has a gate. It looks 2 s after the thread's start, and then at intervals that
/// double up to a minute. If only library threads are left, it unblocks the signals whose action is the
/// default. Without /proc the threads cannot be counted, and the signals stay blocked.
class FORKFD_EXPORT SignalGate
{
public:
    SignalGate() noexcept;
    /// The longest time in ms to wait before the next look(), or `timeout` (negative: for ever) if that
    /// is shorter.
    int timeout(int timeout = -1) const noexcept;
    /// Looks, if a look is due.
    void look() noexcept;

private:
    using Clock = std::chrono::steady_clock;
    Clock::duration m_interval;
    Clock::time_point m_next;
};

/// Whether only library threads are left in this process. False if unknown.
bool onlyLibraryThreadsRemain() noexcept;

} // namespace ForkFd::Internal

#endif
