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

class LaunchPlan;

/// What the child tells its parent, through shared memory or a socket. Plain fields: a parent that
/// shares memory sleeps until the child has executed or exited, and the kernel orders the two.
struct ChildReport
{
    enum Stage : std::uint8_t {
        NotSeen, ///< Nothing: the child never ran, or its memory is not ours.
        Running, ///< It is setting itself up.
        Modifier, ///< It is about to call the user's function, which may take any time.
        Exec, ///< It is about to call execve().
        HasOrphan, ///< `orphan` is setting itself up in its place.
        Failed ///< `failure` says why; it is about to exit.
    };
    Stage stage = NotSeen;
    pid_t orphan = -1; ///< The process that a detached start has made.
    ReportedFailure failure;
};
static_assert(std::is_trivially_copyable_v<ChildReport>);

/// What a child does that has no plan: its parent's own code.
struct UserCode
{
    /// Called with `token`; what it returns is the exit code. Null: the child returns to its parent's
    /// code.
    int (*function)(void *) = nullptr;
    void *token = nullptr;
    bool wantsFork = false; ///< By fork(), with the handlers of pthread_atfork(3).
};

/// What the child needs beside the plan.
struct ChildContext
{
    const LaunchPlan *plan; ///< Null: `userCode` says what it does.
    UserCode userCode = {};
    /// With a detached start: creates a process that calls orphanMain() with this context, and returns
    /// its number, or -1 with errno. The child itself has nothing else to do. Null: not detached.
    pid_t (*createOrphan)(ChildContext &context) = nullptr;
    void *orphanStack = nullptr; ///< For one that shares the memory: its top.
    /// Its number as long as it shares the memory, else 0. The kernel writes it and wakes who waits for
    /// the change (clone(2), CLONE_CHILD_CLEARTID).
    std::atomic<pid_t> orphanHere = 0;
    ChildReport *report;
    /// Where the report is written as bytes; -1 with shared memory.
    int reportFd = -1;
    /// Set by the kernel in the parent's memory before the child runs. A child that still reads -1
    /// here has a copy of that memory (valgrind, user-mode emulators) and must not go on, because
    /// nobody would hear of it. Null where memory is not meant to be shared.
    const int *sharedMark = nullptr;
    /// With user code: descriptors of ours that it has no use for; -1: none. A program does not see
    /// them, they are close-on-exec.
    std::array<int, 3> inherited = {-1, -1, -1};
    bool handlersAreReset = false; ///< CLONE_CLEAR_SIGHAND did it.
    bool isInControlGroup = false; ///< CLONE_INTO_CGROUP did it.
    bool ignoresSigChld = false; ///< Our SIGCHLD handler stands for SIG_IGN.
    pid_t parent =
        -1; ///< The number of the process that creates it, for a child that is to die with it.
    sigset_t parentMask = {}; ///< The starting thread's signal mask.
};

/// The way out for a ChildModifier that gives up: the start fails with step `modifier`.
class FORKFD_EXPORT ModifierExit
{
public:
    explicit ModifierExit(ChildContext &context) noexcept
        : m_context(context)
    {
    }

    // Runs in the child between clone and exec: async-signal-safe calls only.
    [[noreturn]] void leave(const char *reason, int errorCode) noexcept;
    /// After an exception, once that was dealt with: what the runtime keeps of it may be the parent's.
    [[noreturn]] void leaveAfterException(const char *what) noexcept;

private:
    ChildContext &m_context;
};

/// Exit code of a child that found its memory not shared.
inline constexpr int notSharedExitCode = 125;

/// Gives a child that runs its parent's code what it would have inherited without us.
void prepareForUserCode(const ChildContext &context) noexcept;

/// Turns the calling process, a fresh child with all signals blocked, into what the context says.
[[noreturn]] void becomeChild(ChildContext &context) noexcept;
/// The same in the process that a detached start leaves behind.
[[noreturn]] int orphanMain(void *token) noexcept;
/// A ChildContext::createOrphan for a child that has a copy of its parent's memory.
pid_t forkOrphan(ChildContext &context) noexcept;
/// The same, as clone(2) calls it: with a ChildContext. It stands with the rest of the child's code
/// because a sanitizer's bookkeeping at its entry would already be done in the parent's books.
[[noreturn]] int childMain(void *context) noexcept;

} // namespace ForkFd::Internal

#endif
