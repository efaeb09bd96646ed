// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Creates children on the rungs of the ladder (ladder_linux.h).

#include "core/start/start.h"

#include "core/base/pidfd_linux.h"
#include "core/base/refusal.h"
#include "core/base/sanitizers.h"
#include "core/start/attempt.h"
#include "core/start/clone_linux.h"
#include "core/start/dumpable_linux.h"
#include "core/start/ladder_linux.h"
#include "core/start/preparedwatch_linux.h"
#include "core/start/starterthread_linux.h"
#include "core/watch/childwait.h"
#include "core/watch/pidfd.h"
#include "core/watch/sigchld/chain.h"

#include <atomic>
#include <cerrno>
#include <utility>

#include <linux/sched.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ForkFd::Internal::System {

namespace {

/// The attempt to create one child, rung by rung.
class LinuxAttempt : public StartAttempt
{
public:
    explicit LinuxAttempt(CodeContext &child) noexcept
        : StartAttempt(child)
        , m_wantsHandlers(child.code.wantsFork || Sanitizers::needFork())
        , m_creation(creationFor(child.code))
    {
    }

    LinuxAttempt(ProgramContext &child, StartReport *later) noexcept
        : StartAttempt(child, later)
        , m_wantsHandlers(true)
        , m_creation(maySeeOurMemory() ? Creation::Any : Creation::ByNumber)
    {
    }

    StartResult run()
    {
        const Outcome outcome = mayBegin() ? create() : NotStarted;
        if (outcome == InChild)
            m_watch.forget();
        else if (outcome == Started)
            m_watch.get().setRung(static_cast<unsigned char>(m_rung));
        return {.failure = failure(),
                .watch = outcome == Started ? m_watch.take() : nullptr,
                .isInChild = outcome == InChild};
    }

protected:
    virtual Outcome create()
    {
        Outcome outcome;
        do {
            outcome = tryRung(Ladder::rungFor(m_creation));
        } while (outcome == TryNextRung);
        return outcome;
    }

    pid_t child() const noexcept { return m_watch.get().pid(); }

private:
    static Creation creationFor(const UserCode &code) noexcept
    {
        if (code.wantsFork || Sanitizers::needFork())
            return Creation::ByNumber;
        return code.function && !Sanitizers::areActive() ? Creation::Any : Creation::Copying;
    }

    Outcome tryRung(Rung rung)
    {
        m_rung = rung;
        // The watch is prepared before the child exists.
        if (const Outcome outcome = prepare(); outcome != Started)
            return outcome;
        m_kernelMark = -1;
        m_child.report = {};
        m_child.hasBegun = false;
        if (sharesMemory(rung))
            return cloneSharingMemory();
        // The gate holds the child until its pidfd is open, so that a lack of descriptors is known
        // before the child does anything. User code on the copy rung needs no gate, because the same
        // call returns the pidfd. On a numbered rung nothing can fail after the fork.
        return startCopy(rung == Rung::ForkAndOpen || (rung == Rung::Copy && m_program));
    }

    Outcome prepare()
    {
        const int errorCode =
            m_watch.prepare(m_rung, m_program ? ExitEvent::Private : ExitEvent::Public, leadsGroup());
        if (errorCode == 0) {
            m_child.ignoresSigChld = SigChldChain::standsForIgnore();
            m_child.inherited = m_watch.inherited();
            return Started;
        }
        if (isWatchedByNumber(m_rung))
            return failCreation(errorCode);
        return refused(errorCode);
    }

    Outcome refused(int errorCode) noexcept
    {
        return Ladder::giveUpAfter(m_rung, errorCode) ? TryNextRung : failCreation(errorCode);
    }

    // CLONE_VFORK: the call returns when the child has executed or exited.
    Outcome cloneSharingMemory() noexcept
    {
        const ChildStack stack;
        if (!stack)
            return lacksStack(stack.errorCode());
        m_child.sharedMark = &m_kernelMark;
        const DumpableKeeper dumpable(m_program && m_program->plan.changesIdentity());
        const bool givesPidFd = m_rung == Rung::Clone3 || m_rung == Rung::Clone;
        m_number = -1;
        m_child.storesNumber = m_control && m_rung == Rung::Clone; // The kernel writes it with clone3.
        Shown shown(m_control, givesPidFd ? signalPidFd : signalNumber, this);
        const pid_t pid = m_rung == Rung::Clone3 ? clone3(stack) : clone(stack);
        const int errorCode = errno;
        shown.end();
        if (pid < 0)
            return refused(errorCode);

        UniqueFd pidfd(givesPidFd ? m_kernelMark : -1);
        if (m_child.report.stage == ChildReport::Failed) {
            reapFailed(pid);
            return failAsReported();
        }
        if (!m_child.hasBegun && refusedToRun(pid)) {
            // Without a pidfd: the kernel (before Linux 5.2) has ignored the flag. With a pidfd: the
            // child has a copy of our memory.
            if (givesPidFd && !pidfd)
                Ladder::giveUp(m_rung);
            else
                Ladder::giveUpSharedMemory();
            return TryNextRung;
        }
        // A child that was killed before its exec counts as started.
        return pidfd ? watchPidFd(pid, std::move(pidfd)) : watchByNumber(pid);
    }

    // signalPidFd() and signalNumber() run in the thread that gives the start up, while this thread
    // sleeps in the clone. The kernel may write the pidfd and fail after that. The child exists once its
    // number was written: by clone3, or by the child that has begun to run. The child of a thread is
    // never in another PID namespace, where it would have another number: the kernel creates no thread
    // after unshare(CLONE_NEWPID).
    static int signalPidFd(void *attempt, int signal) noexcept
    {
        LinuxAttempt &self = *static_cast<LinuxAttempt *>(attempt);
        pid_t number = std::atomic_ref(self.m_number).load();
        if (number <= 0 && self.m_child.hasBegun)
            number = self.m_child.number;
        if (number <= 0)
            return ESRCH;
        const int errorCode = PidFdSignal::send(std::atomic_ref(self.m_kernelMark).load(), signal);
        return PidFdSignal::isFiltered(errorCode) ? signalWaitable(number, signal) : errorCode;
    }

    static int signalNumber(void *attempt, int signal) noexcept
    {
        LinuxAttempt &self = *static_cast<LinuxAttempt *>(attempt);
        return signalWaitable(std::atomic_ref(self.m_kernelMark).load(), signal);
    }

    // A child that can be waited for still has its number.
    static int signalWaitable(pid_t pid, int signal) noexcept
    {
        siginfo_t info;
        if (pid <= 0
            || ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT | __WALL) != 0)
            return ESRCH;
        return ::kill(pid, signal) == 0 ? 0 : errno;
    }

    // A child with a copy of our memory needs no separate stack.
    Outcome lacksStack(int errorCode) noexcept
    {
        if (!isRefusal(errorCode))
            return fail(Step::Clone, errorCode);
        Ladder::giveUpSharedMemory();
        return TryNextRung;
    }

    pid_t clone3(const ChildStack &stack) noexcept
    {
        clone_args args = {};
        args.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_PARENT_SETTID;
        if (m_program)
            args.flags |= CLONE_CLEAR_SIGHAND;
        args.exit_signal = static_cast<unsigned>(exitSignal());
        args.pidfd = reinterpret_cast<std::uintptr_t>(&m_kernelMark);
        args.parent_tid = reinterpret_cast<std::uintptr_t>(&m_number);
        args.stack = reinterpret_cast<std::uintptr_t>(stack.base());
        args.stack_size = ChildStack::size;
        m_child.handlersAreReset = true;
        if (m_program && m_program->controlGroup >= 0) {
            const pid_t pid = clone3IntoControlGroup(args);
            if (pid >= 0 || lacksResources(errno))
                return pid;
        }
        return clone3OnOwnStack(&args, childMain, &m_child);
    }

    // CLONE_INTO_CGROUP (Linux 5.7) may fail: then the child enters the group itself and reports the
    // errno.
    pid_t clone3IntoControlGroup(clone_args args) noexcept
    {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = static_cast<std::uint64_t>(m_program->controlGroup);
        const int controlGroup = std::exchange(m_program->controlGroup, -1);
        const pid_t pid = clone3OnOwnStack(&args, childMain, &m_child);
        m_program->controlGroup = controlGroup;
        return pid;
    }

    static bool lacksResources(int errorCode) noexcept
    {
        return errorCode == EAGAIN || errorCode == ENOMEM || errorCode == EMFILE || errorCode == ENFILE;
    }

    pid_t clone(const ChildStack &stack) noexcept
    {
        // With either flag the kernel writes to the same place: the pidfd, or the child's number.
        const int mark = m_rung == Rung::Clone ? CLONE_PIDFD : CLONE_PARENT_SETTID;
        m_child.handlersAreReset = false;
        return ::clone(childMain, stack.top(), CLONE_VM | CLONE_VFORK | mark | exitSignal(), &m_child,
                       &m_kernelMark);
    }

    // A program has no exit signal until its exec: a child that fails to start must not raise SIGCHLD,
    // and other code must not see it in wait(). A successful execve(2) sets the signal to SIGCHLD. User
    // code might never execute.
    int exitSignal() const noexcept { return m_program ? 0 : SIGCHLD; }

    pid_t createCopy() noexcept override
    {
        if (m_rung == Rung::Copy)
            return copyingClone(CLONE_PIDFD | copyExitSignal(), &m_kernelMark);
        return m_wantsHandlers ? ::fork() : copyingClone(copyExitSignal(), &m_kernelMark);
    }

    unsigned long copyExitSignal() const noexcept { return static_cast<unsigned long>(exitSignal()); }

    Outcome watchCopy(pid_t pid) noexcept override
    {
        if (pid < 0)
            return refused(errno);
        if (m_rung != Rung::Copy)
            return watchByNumber(pid);
        if (m_kernelMark >= 0)
            return watchPidFd(pid, UniqueFd(m_kernelMark));
        Ladder::giveUp(m_rung); // The kernel has ignored CLONE_PIDFD (before Linux 5.2).
        return watchByNumber(pid);
    }

    ExitWatch *watch() const noexcept override { return &m_watch.get(); }

    Outcome watchPidFd(pid_t pid, UniqueFd pidfd) noexcept
    {
        m_watch.begin(pid, std::move(pidfd));
        return Started;
    }

    Outcome watchByNumber(pid_t pid) noexcept
    {
        const int errorCode = m_watch.beginByNumber(pid);
        return errorCode == 0 ? Started : failCreation(errorCode);
    }

    // Whether a child that has done nothing has found that its memory is not shared, and was not killed.
    // Such a child is reaped. If waitid(2) is refused, or another has reaped the child, as the kernel
    // does where SIGCHLD is ignored, this counts as well: another rung tries once more.
    static bool refusedToRun(pid_t pid) noexcept
    {
        siginfo_t info = {};
        if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT | __WALL) != 0) {
            if (errno == ECHILD)
                return true;
            if (!isRefusal(errno))
                return false;
        } else if (info.si_code != CLD_EXITED || info.si_status != notSharedExitCode) {
            return false;
        }
        reapFailed(pid);
        return true;
    }

    // Returns at once: the child is about to exit, and no other wait() sees it without an exit signal.
    static void reapFailed(pid_t pid) noexcept { ChildWait::awaitEnd(pid); }

    const bool m_wantsHandlers; ///< If the child has to be a copy, pthread_atfork(3)'s handlers run.
    const Creation m_creation;
    PreparedWatch m_watch;
    Rung m_rung = {}; ///< The current one.
    int m_kernelMark = -1; ///< The kernel writes the pidfd or the child's number here.
    pid_t m_number = -1; ///< With clone3 the kernel writes the number here.
};

/// The same for dieWithParent. For the kernel, the parent is the thread that made the child
/// (PR_SET_PDEATHSIG), so a starter makes it. The signal mask remains the caller's.
class LastingAttempt final : public LinuxAttempt
{
public:
    using LinuxAttempt::LinuxAttempt;

private:
    Outcome create() override
    {
        Outcome outcome = NotStarted;
        const int errorCode = callInStarterThread([&]() -> pid_t {
            outcome = LinuxAttempt::create();
            return outcome == Started ? child() : -1;
        });
        return errorCode == 0 ? outcome : fail(Step::DieWithParent, errorCode);
    }
};

} // namespace

bool hasPidFd() noexcept
{
    return PidFdWatch::isSupported();
}

Backend backend() noexcept
{
    return isWatchedByNumber(Ladder::rungFor(Creation::Any)) ? Backend::SigChld : Backend::PidFd;
}

const char *rungFor(const ChildModifier &modifier) noexcept
{
    const bool mayShare = StartAttempt::maySeeOurMemory(modifier);
    return nameOf(Ladder::rungFor(mayShare ? Creation::Any : Creation::ByNumber));
}

const char *nameOfRung(unsigned char rung) noexcept
{
    return nameOf(static_cast<Rung>(rung));
}

std::string rungsGivenUp()
{
    std::string names;
    for (auto rung = Rung::Clone3; rung < Rung::NumberedClone;
         rung = static_cast<Rung>(static_cast<int>(rung) + 1)) {
        if (Ladder::isRefused(rung))
            names += (names.empty() ? "" : ", ") + std::string(nameOf(rung));
    }
    return names;
}

StartResult startChild(const StartPlan &plan, StartReport *later)
{
    ProgramContext child(plan);
    return plan.options().dieWithParent ? LastingAttempt(child, later).run()
                                        : LinuxAttempt(child, later).run();
}

StartResult forkChild(const UserCode &code)
{
    CodeContext child(code);
    return LinuxAttempt(child).run();
}

} // namespace ForkFd::Internal::System
