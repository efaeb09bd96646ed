// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_CHILD_H
#define FORKFD_CORE_START_CHILD_H

#include "core/base/writeends.h"
#include "core/start/failure.h"
#include "core/start/plan.h"
#include "core/start/start.h"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <sys/types.h>

namespace ForkFd::Internal {

/// The child's report to its parent, through shared memory or a socket. The fields are not atomic: a
/// parent that shares memory sleeps until the child has executed or exited, and the kernel orders the
/// accesses.
struct ChildReport
{
    enum Stage : std::uint8_t {
        None,
        Modifier, ///< The child is about to call its modifier, which may take any time.
        Exec, ///< The child is about to call execve(2).
        HasOrphan, ///< `orphan` is setting itself up in the child's place.
        Failed ///< `failure` says why; the process is about to exit.
    };
    Stage stage = None;
    std::array<std::uint8_t, 3> unused = {}; ///< Fills the gap, so that no byte is undefined.
    pid_t orphan = -1; ///< The process of a detached start.
    ReportedFailure failure;
};
static_assert(std::is_trivially_copyable_v<ChildReport>);

/// What every child needs from its parent, and what it reports. Each kind of start adds its own data.
struct ChildContext
{
    virtual ~ChildContext() = default;

    /// Does the work of the child. The calling process is a new child with all signals blocked. Returns
    /// only to user code that forkChild() returns to.
    // Runs in the child between clone and exec: async-signal-safe calls only.
    virtual void run() noexcept = 0;

    ChildReport report;
    /// The socket for the report; -1: the memory is shared, or there is no report.
    int reportFd = -1;
    /// Whether the child has begun to run, if the memory is shared. Sequentially consistent: either
    /// StartControl::end() sees it, or the child sees the wish.
    std::atomic<bool> hasBegun = false;
    bool storesNumber = false; ///< The child stores its `number` before hasBegun.
    pid_t number = -1;
    /// The kernel sets it in the parent's memory before the child runs. A child that still reads -1 has
    /// a copy of that memory (valgrind, user-mode emulators). It must exit, because its report would
    /// not reach the parent. Null if the memory is not meant to be shared.
    const int *sharedMark = nullptr;
    bool handlersAreReset = false; ///< CLONE_CLEAR_SIGHAND has reset them.
    bool ignoresSigChld = false; ///< Our SIGCHLD handler has replaced SIG_IGN.
    /// Descriptors of the library that user code does not need; -1: none. A program does not see them,
    /// because they are close-on-exec.
    std::array<int, 3> inherited = {-1, -1, -1};
    sigset_t parentMask = {}; ///< The starting thread's signal mask.
};

/// A child that runs the parent's code.
struct CodeContext final : ChildContext
{
    explicit CodeContext(const UserCode &itsCode) noexcept
        : code(itsCode)
    {
    }
    void run() noexcept override;

    const UserCode code;
};

/// A child that executes a program.
struct ProgramContext : ChildContext
{
    explicit ProgramContext(const StartPlan &itsPlan);
    void run() noexcept override;

    const StartPlan &plan;
    /// For each move of the plan: the number of the descriptor that stepped aside. Filled by the child.
    std::vector<int> aside;
    // Descriptors that the setup needs; -1: none. In the child they may get other numbers, too.
    int directory; ///< Entered before the plan's workingDirectory().
    int controllingTerminal;
    int controlGroup; ///< The directory of the group that the child has to join.
    pid_t parent; ///< With dieWithParent: this process's number.
    WriteEnds::Copy writeEnds; ///< Until the child has closed those of others.
};

/// The child of a detached start: creates the orphan, which executes the program, and exits.
struct DetachedContext final : ProgramContext
{
    using ProgramContext::ProgramContext;
    void run() noexcept override;

    /// Creates a process that calls orphanMain() with this context. Returns its number, or -1 with
    /// errno.
    pid_t (*createOrphan)(DetachedContext &context) = nullptr;
    void *orphanStack = nullptr; ///< Top of the stack for an orphan that shares the memory.
    /// The orphan's number while the orphan shares the memory, else 0. The kernel sets it, then clears
    /// it and wakes the futex (clone(2), CLONE_CHILD_CLEARTID).
    std::atomic<pid_t> orphanHere = 0;
};

/// Exit code of a child that has done nothing: its memory is not shared, or its gate was not opened.
inline constexpr int notSharedExitCode = 125;

/// Begins a new child and calls `context.run()`.
void becomeChild(ChildContext &context) noexcept;
/// becomeChild() for clone(2); `context` is the ChildContext. Compiled with the child's code, without
/// sanitizers: their code at its entry would already change the parent's records.
int childMain(void *context) noexcept;
/// The same for the orphan of a detached start; `token` is the DetachedContext.
int orphanMain(void *token) noexcept;
/// DetachedContext::createOrphan for a child that has a copy of its parent's memory.
pid_t forkOrphan(DetachedContext &context) noexcept;

} // namespace ForkFd::Internal

#endif
