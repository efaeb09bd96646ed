// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_BUSYPAUSE_H
#define FORKFD_CORE_START_BUSYPAUSE_H

#include <cerrno>

namespace ForkFd::Internal {

/// The pauses between the attempts to execute a program that is open for writing (ETXTBSY). In a process
/// with threads, any child between its clone and its exec holds the descriptors that the other threads
/// had open at its creation, and so perhaps a file that one of them was writing.
class BusyPause
{
public:
    /// Sleeps for 0.1 ms, later for up to 1 ms, and for 20 ms in all. After that it returns false at
    /// once.
    // Runs in the child between clone and exec: async-signal-safe calls only.
    bool sleep() noexcept;

private:
    long m_next = 100'000; ///< In nanoseconds, as is the rest.
    long m_rest = 20'000'000;
};

/// Calls `start`, which returns 0 or an errno, until the program is not busy or the pauses are over.
// Also runs in the child between clone and exec: async-signal-safe calls only.
template<typename Start>
int startUnlessBusy(Start start)
{
    BusyPause pause;
    int errorCode;
    do {
        errorCode = start();
    } while (errorCode == ETXTBSY && pause.sleep());
    return errorCode;
}

} // namespace ForkFd::Internal

#endif
