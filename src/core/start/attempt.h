// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_ATTEMPT_H
#define FORKFD_CORE_START_ATTEMPT_H

#include "core/base/signals.h"
#include "core/base/uniquefd.h"
#include "core/start/child.h"
#include "core/start/orphanwatch.h"
#include "core/start/start.h"
#include "core/start/startreport.h"

#include <ForkFd/spawn.h>

#include <cerrno>

namespace ForkFd::Internal {

class StartControl;

/// Base of all ways to create a child, from a plan or with user code. Blocks signals while it exists.
class StartAttempt
{
    SignalBlocker m_blocker;

public:
    enum Outcome {
        Started,
        NotStarted, ///< failure() says why.
        TryNextRung,
        InChild ///< We are in the child, which has a copy of the memory and returns to user code.
    };

    explicit StartAttempt(const StartPlan &plan) noexcept;
    explicit StartAttempt(const UserCode &code) noexcept;

    const StartFailure &failure() const noexcept { return m_failure; }
    /// run() may return when a copied child is about to call its modifier; `later` then gets the rest.
    void reportLater(StartReport *later) noexcept { m_later = later; }

    /// Sets failure() to this step and errno.
    Outcome fail(Step step, int errorCode) noexcept;
    /// Sets failure() after the creation of a process has failed.
    Outcome failCreation(int errorCode) noexcept;
    /// Sets failure() to the child's report.
    Outcome failAsReported() noexcept;

    /// Starts a child that has a copy of our memory and reports through a socket. `create` creates it
    /// and returns like fork(). `watch` begins to watch it; if that does not return Started, the child
    /// does not go on. With a gate the child does nothing before. `watched` returns the watch, or null
    /// if there is no watch; a start that fails collects the child through it.
    template<typename Create, typename Watch, typename Watched>
    Outcome startCopy(bool hasGate, Create create, Watch watch, Watched watched);

    /// Waits until the child of `watch`, which is about to exit, has ended, and collects it. Only the
    /// watch may wait: after a theft the number may belong to another process.
    static void collectFailedCopy(ExitWatch &watch) noexcept;

protected:
    /// The socket pair with a copied child. The parent opens the gate here, and the child reports here.
    struct Line
    {
        UniqueFd ours;
        UniqueFd theirs;
        bool open() noexcept;
    };

    /// Lets StartControl signal the child, until the end of the scope.
    class Shown
    {
    public:
        Shown(const StartPlan *plan, int (*send)(void *, int), void *token) noexcept;
        ~Shown() { end(); }
        Shown(const Shown &) = delete;
        Shown &operator=(const Shown &) = delete;

        /// Call it before the child is reaped or its pidfd closed: both numbers can be reused then.
        void end() noexcept;

    private:
        StartControl *m_control;
    };

    /// Returns false and sets failure() if the start was canceled.
    bool mayBegin() noexcept;
    /// Whether all user code of the child copes with shared memory.
    static bool maySeeOurMemory(const StartPlan &plan) noexcept;

    /// Whether the child becomes the leader of a new process group.
    bool leadsGroup() const noexcept;

    ChildContext m_context;
    ChildReport m_report;

private:
    void beginCopiedChild(Line &line, bool hasGate) noexcept;
    static void closeGate(Line &line) noexcept;
    static bool endBeforeProgram(Line &line, bool hasGate, ExitWatch *watch) noexcept;
    static bool openGate(const Line &line) noexcept;
    Outcome letGo(Line &line, bool hasGate, ExitWatch *watch) noexcept;
    Outcome readReport(Line &line, ExitWatch *watch) noexcept;

    StartFailure m_failure;
    StartReport *m_later = nullptr;
};

template<typename Create, typename Watch, typename Watched>
StartAttempt::Outcome StartAttempt::startCopy(bool hasGate, Create create, Watch watch, Watched watched)
{
    const bool reports = m_context.plan != nullptr;
    Line line;
    if ((hasGate || reports) && !line.open())
        return failCreation(errno);
    const pid_t pid = create();
    if (pid == 0) {
        beginCopiedChild(line, hasGate);
        if (reports || m_context.userCode.function)
            becomeChild(m_context);
        prepareForUserCode(m_context);
        return InChild;
    }
    line.theirs.reset();
    Outcome outcome = watch(pid);
    if (outcome != Started)
        return outcome; // A child at the gate exits when our end closes.
    outcome = letGo(line, hasGate, watched());
    if (ExitWatch *failed = outcome == Started ? nullptr : watched())
        collectFailedCopy(*failed);
    return outcome;
}

/// Internal::startChild() with this system's StartAttempt.
template<typename Attempt>
ExitWatchPtr startBy(const StartPlan &plan, StartFailure &failure, StartReport *later)
{
    Attempt attempt(plan);
    attempt.reportLater(later);
    if (attempt.run() == StartAttempt::Started)
        return attempt.takeWatch();
    failure = attempt.failure();
    return nullptr;
}

/// Internal::startOrphan() with this system's StartAttempt.
template<typename Attempt>
pid_t startOrphanBy(const StartPlan &plan, StartFailure &failure)
{
    OrphanWatch watch;
    Attempt attempt(plan);
    const int errorCode = watch.prepare();
    const bool isStarted =
        (errorCode == 0 ? attempt.run() : attempt.failCreation(errorCode)) == StartAttempt::Started;
    // A failed orphan becomes our child, too, unless its first parent has reaped it.
    watch.adopt(attempt.orphan());
    if (isStarted)
        return attempt.orphan();
    failure = attempt.failure();
    return -1;
}

/// Internal::forkChild() with this system's StartAttempt.
template<typename Attempt>
ForkSide forkBy(const UserCode &code, ExitWatchPtr &watch, int &errorCode)
{
    Attempt attempt(code);
    switch (attempt.run()) {
    case StartAttempt::InChild:
        return ForkSide::Child;
    case StartAttempt::Started:
        watch = attempt.takeWatch();
        return ForkSide::Parent;
    default:
        errorCode = attempt.failure().errorCode;
        return ForkSide::Failed;
    }
}

} // namespace ForkFd::Internal

#endif
