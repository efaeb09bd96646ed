// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_ATTEMPT_H
#define FORKFD_CORE_START_ATTEMPT_H

#include "core/base/signals.h"
#include "core/base/uniquefd.h"
#include "core/start/child.h"
#include "core/start/start.h"

namespace ForkFd::Internal {

class StartControl;

/// Base of all ways to create a child. Signals are blocked while it exists.
class StartAttempt
{
    SignalBlocker m_blocker;

public:
    enum Outcome {
        Started,
        NotStarted, ///< fail() has said why.
        TryNextRung,
        InChild ///< We are in the child, which has a copy of the memory and returns to user code.
    };

    virtual ~StartAttempt() = default;
    StartAttempt(const StartAttempt &) = delete;
    StartAttempt &operator=(const StartAttempt &) = delete;

    /// Waits until the child of `watch`, which is about to exit, has ended, and collects it. Only the
    /// watch may wait for the child: after a theft the number may belong to another process.
    static void collectFailedCopy(ExitWatch &watch) noexcept;

    /// Whether all user code of a program's child copes with shared memory.
    static bool maySeeOurMemory(const ChildModifier &modifier) noexcept;

protected:
    explicit StartAttempt(CodeContext &child) noexcept;
    /// With `later`, startCopy() may return when the child is about to call its modifier; `later` then
    /// gets the rest of the report.
    explicit StartAttempt(ProgramContext &child, StartReport *later = nullptr) noexcept;

    /// Sets the failure to this step and errno.
    Outcome fail(Step step, int errorCode) noexcept;
    /// Sets the failure after the creation of a process has failed.
    Outcome failCreation(int errorCode) noexcept;
    /// Sets the failure to the child's report.
    Outcome failAsReported() noexcept;
    const StartFailure &failure() const noexcept { return m_failure; }

    /// Returns false and sets the failure if the start was canceled.
    bool mayBegin() noexcept;
    /// The same for this attempt's program.
    bool maySeeOurMemory() const noexcept;
    /// Whether the child becomes the leader of a new process group.
    bool leadsGroup() const noexcept;

    /// Starts a child that has a copy of our memory and reports through a socket. With a gate the child
    /// does nothing before watchCopy() has returned Started.
    Outcome startCopy(bool hasGate);
    /// Creates the child; returns like fork().
    virtual pid_t createCopy() noexcept = 0;
    /// Begins to watch the child, or fails if createCopy() has failed. Unless it returns Started, the
    /// child does not continue.
    virtual Outcome watchCopy(pid_t pid) noexcept = 0;
    /// The watch of the child; null: there is none. A start that fails collects the child through it.
    virtual ExitWatch *watch() const noexcept { return nullptr; }

    /// Lets StartControl signal the child, until the end of the scope.
    class Shown
    {
    public:
        /// Without a control it does nothing.
        Shown(StartControl *control, int (*send)(void *, int), void *token) noexcept;
        ~Shown() { end(); }
        Shown(const Shown &) = delete;
        Shown &operator=(const Shown &) = delete;

        /// Call it before the child is reaped or its pidfd closed: both numbers can be reused then.
        void end() noexcept;

    private:
        StartControl *m_control;
    };

    ChildContext &m_child;
    ProgramContext *const m_program; ///< m_child, if it is to execute a program.
    StartControl *const m_control; ///< Null if the start cannot be given up.

private:
    /// The socket pair with a copied child. The parent opens the gate here, and the child reports here.
    struct Line
    {
        UniqueFd ours;
        UniqueFd theirs;
        bool open() noexcept;
    };

    void beginCopiedChild(Line &line, bool hasGate) noexcept;
    static void closeGate(Line &line) noexcept;
    bool endBeforeProgram(Line &line, bool hasGate) const noexcept;
    static bool openGate(const Line &line) noexcept;
    Outcome letGo(Line &line, bool hasGate) noexcept;
    Outcome readReport(Line &line) noexcept;

    StartFailure m_failure;
    StartReport *const m_later = nullptr;
};

} // namespace ForkFd::Internal

#endif
