// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_CALLERS_H
#define FORKFD_FAULTS_CALLERS_H

#include <cstdint>

#include <sys/types.h>

namespace Faults {

/// The code that makes a system call.
enum class Caller {
    Library, ///< ForkFd, or a scenario: both are part of the walker.
    Qt, ///< Qt and the libraries below it.
    System ///< Libc itself, such as in a new thread or for posix_spawn(3).
};

struct Call
{
    Caller caller = Caller::Library;
    bool isDirect = true; ///< Not through libc, which also needs memory for its heap and threads.
};

/// The caller of the system call that this thread is stopped in. The thread belongs to a forked copy of
/// this process, or to a child of the copy. Looks for the first return address on its stack that does
/// not lie in libc.
Call callerOf(pid_t thread, std::uint64_t instructionPointer);

} // namespace Faults

#endif
