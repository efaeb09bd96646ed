// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_CALLERS_H
#define FORKFD_FAULTS_CALLERS_H

#include <cstdint>

#include <sys/types.h>

namespace Faults {

/// Whose code makes a system call.
enum class Caller {
    Library, ///< ForkFd, or a scenario: both are part of the walker.
    Qt, ///< Qt, or what it stands on.
    System ///< Libc of itself, such as in a thread that begins or for posix_spawn(3).
};

struct Call
{
    Caller caller = Caller::Library;
    bool isDirect = true; ///< Not by way of libc: its heap and its threads ask for memory, too.
};

/// Who has made the call that this thread, a forked copy of ours or its child, is stopped in. Looks for
/// the first return address on its stack that does not lie in libc.
Call callerOf(pid_t thread, std::uint64_t instructionPointer);

} // namespace Faults

#endif
