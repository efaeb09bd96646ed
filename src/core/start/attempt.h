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

/// What all ways to create the child of a plan, or of user code, have in common. Blocks signals while it
/// lives.
class LaunchAttempt
{
    SignalBlocker m_blocker;

public:
    enum Outcome {
        Started,
        NotStarted, ///< failure() says why.
        TryNextRung,
        InChild ///< This is the child, with a copy of our memory, on its way back to user code.
    };

    explicit LaunchAttempt(const LaunchPlan &plan) noexcept;
    explicit LaunchAttempt(const UserCode &code) noexcept;

    const LaunchFailure &failure() const noexcept { return m_failure; }
    /// A copied child that is about to call its modifier counts as started, and `later` goes on from
    /// there.
    void reportLater(StartReport *later) noexcept { m_later = later; }

    /// Sets failure() to a step of its own.
    Outcome fail(const char *step, int errorCode) noexcept;
    /// Sets failure() to what stopped the creation of a process.
    Outcome failCreation(int errorCode) noexcept;
    /// Sets failure() to what the child has told.
    Outcome failAsReported() noexcept;

    /// The way of a child with a copy of our memory, which reports through a socket. `create` makes it,
    /// as fork() does; `watch` begins to watch it and must give Started for it to go on. With a gate it
    /// does nothing before that.
    /// `watched` gives the watch, or null where there is none. When the start fails, that collects the
    /// child.
    template<typename Create, typename Watch, typename Watched>
    Outcome startCopy(bool hasGate, Create create, Watch watch, Watched watched);

    /// Waits until the child of `watch`, which is about to exit, has ended, and collects it: the number
    /// may be a stranger's by now, so that only the watch may wait for it.
    static void collectFailedCopy(ExitWatch &watch) noexcept;

protected:
    /// Where parent and child of a copy talk: the parent's go at the gate, the child's report.
    struct Line
    {
        UniqueFd ours;
        UniqueFd theirs;
        bool open() noexcept;
    };

    /// Shows a child to the one who may give its start up, until the end of the scope.
    class Shown
    {
    public:
        Shown(const LaunchPlan *plan, int (*send)(void *, int), void *token) noexcept;
        ~Shown() { end(); }
        Shown(const Shown &) = delete;
        Shown &operator=(const Shown &) = delete;

        /// Before anything is done to the child that makes its number or descriptor another's.
        void end() noexcept;

    private:
        StartControl *m_control;
    };

    /// Whether a child may be made; else sets failure().
    bool mayBegin() noexcept;
    /// Whether all that the child runs before its program copes with shared memory.
    static bool maySeeOurMemory(const LaunchPlan &plan) noexcept;

    /// Whether the child makes a process group that has its number.
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

    LaunchFailure m_failure;
    StartReport *m_later = nullptr;
};

template<typename Create, typename Watch, typename Watched>
LaunchAttempt::Outcome LaunchAttempt::startCopy(bool hasGate, Create create, Watch watch,
                                                Watched watched)
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
        return outcome; // The child, if there is one, gives up when our end closes.
    outcome = letGo(line, hasGate, watched());
    if (ExitWatch *failed = outcome == Started ? nullptr : watched())
        collectFailedCopy(*failed);
    return outcome;
}

/// How `Attempt`, a system's own LaunchAttempt, starts a program; see Internal::launch().
template<typename Attempt>
ExitWatchPtr launchBy(const LaunchPlan &plan, LaunchFailure &failure, StartReport *later)
{
    Attempt attempt(plan);
    attempt.reportLater(later);
    if (attempt.run() == LaunchAttempt::Started)
        return attempt.takeWatch();
    failure = attempt.failure();
    return nullptr;
}

/// How it starts a program that is nobody's child; see Internal::launchDetached().
template<typename Attempt>
pid_t launchDetachedBy(const LaunchPlan &plan, LaunchFailure &failure)
{
    OrphanWatch watch;
    Attempt attempt(plan);
    const int errorCode = watch.prepare();
    const bool isStarted =
        (errorCode == 0 ? attempt.run() : attempt.failCreation(errorCode)) == LaunchAttempt::Started;
    // One that has failed comes to us, too, where it is not collected by the child between.
    watch.adopt(attempt.orphan());
    if (isStarted)
        return attempt.orphan();
    failure = attempt.failure();
    return -1;
}

/// How it starts a child with user code; see Internal::forkChild().
template<typename Attempt>
ForkSide forkBy(const UserCode &code, ExitWatchPtr &watch, int &errorCode)
{
    Attempt attempt(code);
    switch (attempt.run()) {
    case LaunchAttempt::InChild:
        return ForkSide::Child;
    case LaunchAttempt::Started:
        watch = attempt.takeWatch();
        return ForkSide::Parent;
    default:
        errorCode = attempt.failure().error.errorCode;
        return ForkSide::Failed;
    }
}

} // namespace ForkFd::Internal

#endif
