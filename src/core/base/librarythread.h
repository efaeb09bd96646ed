// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_LIBRARYTHREAD_H
#define FORKFD_CORE_BASE_LIBRARYTHREAD_H

#include <ForkFd/export.h>

#include <chrono>
#include <cstddef>

namespace ForkFd::Internal {

/// How long a thread of the library that has nothing to do waits for work before it ends.
inline constexpr std::chrono::milliseconds libraryThreadIdleTime(2000);

/// What a library thread's stack holds beside what libc takes of it. Programs that lock their memory
/// (mlockall(2)) pay for all of it.
namespace LibraryStack {
inline constexpr std::size_t libraryCode = std::size_t{128} * 1024;
/// Modifiers of a child, which have as much where they share our memory.
inline constexpr std::size_t childCode = std::size_t{256} * 1024;
/// Continuations and callbacks.
inline constexpr std::size_t userCode = std::size_t{512} * 1024;
} // namespace LibraryStack

/// Starts a detached thread with every signal blocked that libc lets go, so that no handler of the
/// program runs in it and signalfd(2) users miss nothing. It has the attributes of the calling thread.
/// `name` has 15 characters at most. Returns 0 or an errno.
FORKFD_EXPORT int startLibraryThread(const char *name, void (*main)(void *), void *argument,
                                     std::size_t stackSize = LibraryStack::libraryCode) noexcept;

/// Lets signals in once the program's own threads have ended.
///
/// A program whose main() has left by pthread_exit(3) goes on as long as it has threads, those of the
/// library included. These block all signals, so that nothing but SIGKILL would end such a process. Each
/// library thread that may wait for long has a gate, and looks now and then: 2 s after its start, then
/// at intervals that double up to a minute. If no other threads are left, it unblocks the signals whose
/// action is the default. Where /proc is missing, nobody knows, and they stay blocked.
class FORKFD_EXPORT SignalGate
{
public:
    SignalGate() noexcept;
    /// How long to wait at most before the next look(), in ms; `timeout` (negative: for ever) if that is
    /// shorter.
    int timeout(int timeout = -1) const noexcept;
    /// Looks if it is time.
    void look() noexcept;

private:
    using Clock = std::chrono::steady_clock;
    Clock::duration m_interval;
    Clock::time_point m_next;
};

/// Whether all threads that are left in this process are the library's. False if that is not known.
bool onlyLibraryThreadsRemain() noexcept;

} // namespace ForkFd::Internal

#endif
