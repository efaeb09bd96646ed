// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_CHILD_H
#define FORKFD_CORE_START_CHILD_H

#include "core/start/failure.h"

#include <ForkFd/export.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <type_traits>

#include <sys/types.h>

namespace ForkFd::Internal {

class StartPlan;

/// The child's report to its parent, through shared memory or a socket. The fields are not atomic: a
/// parent that shares memory sleeps until the child has executed or exited, and the kernel orders the
/// accesses. Only a thread that gives the start up reads `stage` earlier.
struct ChildReport
{
    enum Stage : std::uint8_t {
        NotSeen, ///< No report: the child never ran, or it has a copy of our memory.
        Running, ///< The child is setting itself up.
        Modifier, ///< The child is about to call its modifier, which may take any time.
        Exec, ///< The child is about to call execve(2).
        HasOrphan, ///< `orphan` is setting itself up in the child's place.
        Failed ///< `failure` says why; the process is about to exit.
    };
    Stage stage = NotSeen;
    pid_t orphan = -1; ///< The process of a detached start.
    ReportedFailure failure;
};
static_assert(std::is_trivially_copyable_v<ChildReport>);

/// The parent's code that a child without a plan runs.
struct UserCode
{
    /// Called with `token`; returns the exit code. Null: forkChild() returns in the child.
    int (*function)(void *) = nullptr;
    void *token = nullptr;
    bool wantsFork = false; ///< Use fork(), which calls the handlers of pthread_atfork(3).
};

/// The data that the child needs in addition to the plan.
struct ChildContext
{
    const StartPlan *plan; ///< Null: the child runs `userCode`.
    UserCode userCode = {};
    /// For a detached start: creates a process that calls orphanMain() with this context. Returns its
    /// number, or -1 with errno. The child then exits. Null: not detached.
    pid_t (*createOrphan)(ChildContext &context) = nullptr;
    void *orphanStack = nullptr; ///< Top of the stack for an orphan that shares the memory.
    /// The orphan's number while it shares the memory, else 0. The kernel sets it, then clears it and
    /// wakes the futex (clone(2), CLONE_CHILD_CLEARTID).
    std::atomic<pid_t> orphanHere = 0;
    ChildReport *report;
    /// The socket for the report; -1 with shared memory.
    int reportFd = -1;
    /// The kernel sets it in the parent's memory before the child runs. A child that still reads -1 has
    /// a copy of that memory (valgrind, user-mode emulators). It must exit, because its report would
    /// not reach the parent. Null if the memory is not meant to be shared.
    const int *sharedMark = nullptr;
    /// Descriptors of the library that user code does not need; -1: none. A program does not see them,
    /// because they are close-on-exec.
    std::array<int, 3> inherited = {-1, -1, -1};
    bool handlersAreReset = false; ///< CLONE_CLEAR_SIGHAND has reset them.
    bool isInControlGroup = false; ///< CLONE_INTO_CGROUP has put the child there.
    bool ignoresSigChld = false; ///< Our SIGCHLD handler has replaced SIG_IGN.
    pid_t parent = -1; ///< With dieWithParent: this process's number.
    sigset_t parentMask = {}; ///< The starting thread's signal mask.
};

/// Lets a ChildModifier give up: the start fails with step `modifier`.
class FORKFD_EXPORT ModifierExit
{
public:
    explicit ModifierExit(ChildContext &context) noexcept
        : m_context(context)
    {
    }

    // Runs in the child between clone and exec: async-signal-safe calls only.
    [[noreturn]] void leave(const char *reason, int errorCode) noexcept;
    /// Reports an exception. Call it after the catch block: the C++ runtime's record of an exception
    /// that is still being handled would stay in memory that may be the parent's.
    [[noreturn]] void leaveAfterException(const char *what) noexcept;

private:
    ChildContext &m_context;
};

/// Exit code of a child that has done nothing: its memory is not shared, or its gate was not opened.
inline constexpr int notSharedExitCode = 125;

/// Closes the library's descriptors and restores an ignored SIGCHLD, before the parent's code runs.
void prepareForUserCode(const ChildContext &context) noexcept;

/// Sets the calling process up as the context describes. It is a new child with all signals blocked.
[[noreturn]] void becomeChild(ChildContext &context) noexcept;
/// The same for the orphan of a detached start; `token` is the ChildContext.
[[noreturn]] int orphanMain(void *token) noexcept;
/// ChildContext::createOrphan for a child that has a copy of its parent's memory.
pid_t forkOrphan(ChildContext &context) noexcept;
/// becomeChild() for clone(2); `context` is the ChildContext. Compiled with the child's code, without
/// sanitizers: their code at its entry would already change the parent's records.
[[noreturn]] int childMain(void *context) noexcept;

} // namespace ForkFd::Internal

#endif
