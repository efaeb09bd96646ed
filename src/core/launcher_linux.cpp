// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The ladder of kernel interfaces that can create a child, best one first:
//
//   clone3      shares memory until the exec, gives the pidfd, resets the handlers   Linux 5.5
//   clone       the same, but the child resets the handlers itself                   Linux 5.2
//   clone+open  the same without a pidfd, which is opened by number afterwards       Linux 5.3
//   copy        clone that copies the memory; the child reports through a socket     Linux 5.2
//   fork+open   fork(), else as copy; the pidfd is opened by number                  Linux 5.3
//
// A rung is given up for the life of the process when it is missing or refused, never because a
// resource ran out. The first three need the child to see our memory; where it does not (valgrind,
// user-mode emulators), the last two take over.

#include "launcher.h"

#include "childsetup.h"
#include "childstack.h"
#include "clone3.h"
#include "exitwatch_pidfd.h"
#include "launchplan.h"
#include "signals.h"

#include <atomic>
#include <cerrno>

#include <linux/sched.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

enum class Rung : int { Clone3, Clone, CloneAndOpen, Copy, ForkAndOpen };

// The highest rung that was not given up. Relaxed: a thread that reads an old value tries a rung
// once more and comes to the same end.
std::atomic<Rung> currentRung = Rung::Clone3;

void giveUp(Rung rung) noexcept
{
    const Rung next = static_cast<Rung>(static_cast<int>(rung) + 1);
    currentRung.compare_exchange_strong(rung, next, std::memory_order_relaxed);
}

void giveUpSharedMemory() noexcept
{
    for (const Rung rung : {Rung::Clone3, Rung::Clone, Rung::CloneAndOpen})
        giveUp(rung);
}

// Errors that tell of the kernel or its filters and not of this moment.
bool isRefusal(int errorCode) noexcept
{
    return errorCode == ENOSYS || errorCode == EPERM || errorCode == EINVAL || errorCode == E2BIG;
}

StartError creationError(int errorCode) noexcept
{
    // Of the limits that creation can hit, these two are the descriptors'.
    return {errorCode == EMFILE || errorCode == ENFILE ? "descriptors" : "clone", errorCode};
}

/// Creates the child of one plan, rung by rung.
class Launch
{
public:
    explicit Launch(const LaunchPlan &plan)
        : m_watch(new PidFdWatch)
    {
        m_context.plan = &plan;
        m_context.report = &m_report;
        m_context.parentMask = m_blocker.previousMask();
    }

    enum Outcome { Started, NotStarted, TryNextRung };

    Outcome tryRung(Rung rung, StartError &error) noexcept
    {
        return rung < Rung::Copy ? cloneSharingMemory(rung, error) : copyMemory(rung, error);
    }

    std::unique_ptr<PidFdWatch> takeWatch() noexcept { return std::move(m_watch); }

private:
    // With vfork(2)'s promise: the call returns when the child has executed or exited.
    Outcome cloneSharingMemory(Rung rung, StartError &error) noexcept
    {
        const bool givesPidFd = rung != Rung::CloneAndOpen;
        const ChildStack stack;
        if (!stack)
            return fail(error, {"clone", errno});
        UniqueFd spare;
        if (!givesPidFd && !PidFdWatch::canOpen())
            return refused(rung, errno, error);
        if (!givesPidFd && !openSpare(spare))
            return fail(error, creationError(errno));

        m_kernelMark = -1;
        m_report = {};
        m_context.sharedMark = &m_kernelMark;
        const pid_t pid = rung == Rung::Clone3 ? clone3(stack) : clone(stack, rung);
        if (pid < 0)
            return refused(rung, errno, error);
        UniqueFd pidfd(givesPidFd ? m_kernelMark : -1);
        if (m_report.stage == ChildReport::Failed) {
            collectFailed(pid);
            return fail(error, {m_report.step, m_report.errorCode});
        }
        if (m_report.stage == ChildReport::NotSeen && refusedToRun(pid)) {
            collectFailed(pid);
            // Without a pidfd the kernel (before Linux 5.2) has ignored the flag; with one, the
            // child has seen a copy of our memory.
            if (givesPidFd && !pidfd)
                giveUp(rung);
            else
                giveUpSharedMemory();
            return TryNextRung;
        }
        // A child that was killed before its exec has started all the same, and that is its end.
        if (!givesPidFd)
            return openAfterwards(pid, std::move(spare), error);
        m_watch->watch(pid, std::move(pidfd));
        return Started;
    }

    pid_t clone3(const ChildStack &stack) noexcept
    {
        clone_args args = {};
        // No exit signal: a child that fails to start shall wake nobody's SIGCHLD handler and be
        // visible to nobody's wait. A successful execve() sets it to SIGCHLD (execve(2)).
        args.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
        args.pidfd = reinterpret_cast<std::uintptr_t>(&m_kernelMark);
        args.stack = reinterpret_cast<std::uintptr_t>(stack.base());
        args.stack_size = ChildStack::size;
        m_context.handlersAreReset = true;
        return clone3OnOwnStack(&args, childMain, &m_context);
    }

    pid_t clone(const ChildStack &stack, Rung rung) noexcept
    {
        // Either flag writes to the same place: the pidfd, or the child's number.
        const int mark = rung == Rung::Clone ? CLONE_PIDFD : CLONE_PARENT_SETTID;
        m_context.handlersAreReset = false;
        return ::clone(childMain, stack.top(), CLONE_VM | CLONE_VFORK | mark, &m_context, &m_kernelMark);
    }

    // Whether a child that told nothing has seen no shared memory, and not a deadly signal.
    static bool refusedToRun(pid_t pid) noexcept
    {
        siginfo_t info = {};
        return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT | __WALL) == 0
            && info.si_code == CLD_EXITED && info.si_status == notSharedExitCode;
    }

    // A child that failed is about to exit, and until then it has no exit signal: nobody else waits
    // for it, so that this returns at once.
    static void collectFailed(pid_t pid) noexcept { ::waitpid(pid, nullptr, __WALL); }

    // A readable descriptor. It keeps a number free for the pidfd that comes later, and stands in
    // for it where the child is beyond our reach by then.
    static bool openSpare(UniqueFd &spare) noexcept
    {
        spare.reset(::eventfd(1, EFD_CLOEXEC));
        return static_cast<bool>(spare);
    }

    Outcome openAfterwards(pid_t pid, UniqueFd spare, StartError &error) noexcept
    {
        UniqueFd pidfd = PidFdWatch::open(pid);
        if (!pidfd && (errno == EMFILE || errno == ENFILE)) {
            spare.reset();
            pidfd = PidFdWatch::open(pid);
        }
        if (pidfd) {
            m_watch->watch(pid, std::move(pidfd));
            return Started;
        }
        const int errorCode = errno;
        if (errorCode == ECHILD && spare) {
            m_watch->watchUnknowable(pid, std::move(spare));
            return Started;
        }
        killUnwatched(pid);
        return fail(error, creationError(errorCode));
    }

    static void killUnwatched(pid_t pid) noexcept
    {
        siginfo_t info;
        const auto id = static_cast<id_t>(pid);
        // Not a stranger's number, as far as can be known: the child is still there to be waited for.
        if (::waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, __WALL);
        }
    }

    // The child waits at a gate until its pidfd is there, so that a lack of descriptors is known
    // before it has done anything.
    Outcome copyMemory(Rung rung, StartError &error) noexcept
    {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            return fail(error, creationError(errno));
        UniqueFd ours(ends[0]);
        UniqueFd theirs(ends[1]);
        if (rung == Rung::ForkAndOpen && !PidFdWatch::canOpen())
            return fail(error, creationError(errno));
        UniqueFd spare;
        if (!openSpare(spare))
            return fail(error, creationError(errno));

        m_kernelMark = -1;
        const pid_t pid = rung == Rung::Copy ? copyingClone(&m_kernelMark) : ::fork();
        if (pid == 0) {
            ours.reset(); // Else the gate would not open when the parent dies.
            waitAtGate(theirs.get());
            m_report = {};
            m_context.sharedMark = nullptr;
            m_context.handlersAreReset = false;
            m_context.reportFd = theirs.get();
            becomeChild(m_context);
        }
        if (pid < 0 || (rung == Rung::Copy && m_kernelMark < 0))
            return copyRefused(rung, pid, std::move(ours), error);

        theirs.reset();
        if (m_kernelMark >= 0)
            m_watch->watch(pid, UniqueFd(m_kernelMark));
        else if (const Outcome outcome = openAfterwards(pid, std::move(spare), error);
                 outcome != Started)
            return outcome;
        const char go = 0;
        ::send(ours.get(), &go, sizeof go, MSG_NOSIGNAL);
        return readReport(pid, ours.get(), error);
    }

    // fork() that gives a pidfd, without the handlers of pthread_atfork(3): childsetup needs none. No
    // exit signal here either.
    static pid_t copyingClone(int *pidfd) noexcept
    {
        return static_cast<pid_t>(::syscall(SYS_clone, CLONE_PIDFD, nullptr, pidfd, nullptr, nullptr));
    }

    static Outcome copyRefused(Rung rung, pid_t pid, UniqueFd gate, StartError &error) noexcept
    {
        if (pid < 0)
            return refused(rung, errno, error);
        // Linux before 5.2 has ignored the flag; the child gives up at the gate.
        gate.reset();
        ::waitpid(pid, nullptr, __WALL);
        giveUp(rung);
        return TryNextRung;
    }

    // Runs in the child between clone and exec: async-signal-safe calls only.
    static void waitAtGate(int gate) noexcept
    {
        char go;
        ssize_t count;
        do {
            count = ::recv(gate, &go, sizeof go, 0);
        } while (count < 0 && errno == EINTR);
        if (count != sizeof go)
            ::_exit(notSharedExitCode); // The parent died, or gave up.
    }

    Outcome readReport(pid_t pid, int socket, StartError &error) noexcept
    {
        // The exec closes the other end, and so does a deadly signal.
        ChildReport report;
        if (::recv(socket, &report, sizeof report, MSG_WAITALL) != sizeof report)
            return Started;
        ::waitpid(pid, nullptr, __WALL);
        m_watch.reset();
        return fail(error, {report.step, report.errorCode});
    }

    static Outcome refused(Rung rung, int errorCode, StartError &error) noexcept
    {
        if (rung == Rung::ForkAndOpen || !isRefusal(errorCode))
            return fail(error, creationError(errorCode));
        giveUp(rung);
        return TryNextRung;
    }

    static Outcome fail(StartError &error, const StartError &reason) noexcept
    {
        error = reason;
        return NotStarted;
    }

    std::unique_ptr<PidFdWatch> m_watch;
    SignalBlocker m_blocker;
    ChildContext m_context;
    ChildReport m_report;
    int m_kernelMark = -1; ///< Where the kernel writes the pidfd or the child's number.
};

} // namespace

ExitWatchPtr launch(const LaunchPlan &plan, StartError &error)
{
    error = plan.error();
    if (!error.step)
        error = backendChoice().error;
    if (error.step)
        return nullptr;

    const int savedErrno = errno;
    Launch launch(plan);
    Launch::Outcome outcome;
    do {
        outcome = launch.tryRung(currentRung.load(std::memory_order_relaxed), error);
    } while (outcome == Launch::TryNextRung);
    errno = savedErrno;
    return ExitWatchPtr(outcome == Launch::Started ? launch.takeWatch().release() : nullptr);
}

} // namespace ForkFd::Internal
