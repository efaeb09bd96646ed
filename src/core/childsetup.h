// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CHILDSETUP_H
#define FORKFD_CHILDSETUP_H

#include <csignal>

#include <sys/types.h>

namespace ForkFd::Internal {

class LaunchPlan;

/// What the child tells its parent, through shared memory or a socket. Plain fields: a parent that
/// shares memory sleeps until the child has executed or exited, and the kernel orders the two.
struct ChildReport
{
    enum Stage {
        NotSeen, ///< Nothing: the child never ran, or its memory is not ours.
        Running, ///< It is setting itself up.
        Exec, ///< It has called execve(), its last deed.
        Failed ///< `step` failed with `errorCode`; it is about to exit.
    };
    const char *step = nullptr; ///< A static string: valid on both sides of a fork.
    int errorCode = 0;
    Stage stage = NotSeen;
};

/// What the child needs beside the plan.
struct ChildContext
{
    const LaunchPlan *plan;
    ChildReport *report;
    /// Where the report is written as bytes when it fails; -1 with shared memory.
    int reportFd = -1;
    /// Set by the kernel in the parent's memory before the child runs. A child that still reads -1
    /// here has a copy of that memory (valgrind, user-mode emulators) and must not go on, because
    /// nobody would hear of it. Null where memory is not meant to be shared.
    const int *sharedMark = nullptr;
    bool handlersAreReset = false; ///< CLONE_CLEAR_SIGHAND did it.
    sigset_t parentMask = {}; ///< The starting thread's signal mask.
};

/// Exit code of a child that found its memory not shared.
inline constexpr int notSharedExitCode = 125;

/// Turns the calling process, a fresh child with all signals blocked, into what the plan says.
[[noreturn]] void becomeChild(ChildContext &context) noexcept;
/// The same, as clone(2) calls it: with a ChildContext. It stands with the rest of the child's code
/// because a sanitizer's bookkeeping at its entry would already be done in the parent's books.
[[noreturn]] int childMain(void *context) noexcept;

} // namespace ForkFd::Internal

#endif
