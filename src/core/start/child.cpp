// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Everything in this file runs in the child between clone and exec: async-signal-safe calls only, no
// allocation, no lock. The child usually shares its parent's memory, so nothing here may change data
// that the parent relies on. Built without sanitizers, because the child would disturb their records.

#include "core/start/child.h"

#include "core/base/signals.h"
#include "core/start/busypause.h"
#include "core/start/child_calls.h"
#include "core/start/child_descriptors.h"
#include "core/start/child_options.h"
#include "core/start/childfd.h"
#include "core/stop/startcontrol.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

// Ignoring a pending signal discards it (sigaction(2)).
void discardSigPipe() noexcept
{
    struct sigaction action;
    if (::sigaction(SIGPIPE, nullptr, &action) != 0)
        return;
    ignoreSignal(SIGPIPE);
    ::sigaction(SIGPIPE, &action, nullptr);
}

// Does nothing if the memory is shared. Not with send(2): a filter that lets socketpair(2) through may
// refuse it.
void sendReport(const ChildContext &context) noexcept
{
    if (context.reportFd < 0)
        return;
    sigset_t brokenPipe;
    ::sigemptyset(&brokenPipe);
    ::sigaddset(&brokenPipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &brokenPipe, nullptr);
    // The socket has room for all reports.
    ssize_t written;
    do {
        written = ::write(context.reportFd, &context.report, sizeof context.report);
    } while (written < 0 && errno == EINTR);
    if (written < 0 && errno == EPIPE)
        discardSigPipe(); // The parent has died. The child continues, as with shared memory.
}

[[noreturn]] void fail(ChildContext &context, Step step, int errorCode,
                       const char *details = "") noexcept
{
    ChildReport &report = context.report;
    report.failure.step = step;
    report.failure.errorCode = errorCode;
    std::strncpy(report.failure.details.data(), details, report.failure.details.size() - 1);
    report.stage = ChildReport::Failed;
    sendReport(context);
    ::_Exit(127);
}

// Keeps signals of job control (Ctrl-Z, or a terminal that this process must not use) from stopping this
// process before its exec. Its parent sleeps until the exec with shared memory: a stop would block both
// until SIGCONT comes.
//
// The signals get a handler that does nothing. execve(2) gives caught signals their default action
// again, so that the program has the right dispositions. A signal that comes in this window is lost, as
// if it had come before the child existed. SIGSTOP cannot be caught.
void discardStopSignalsUntilExec() noexcept
{
    for (const int signal : {SIGTSTP, SIGTTIN, SIGTTOU}) {
        struct sigaction action;
        // An ignored signal stays ignored after the exec.
        if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL)
            continue;
        action.sa_handler = [](int) {};
        action.sa_flags = SA_RESTART;
        ::sigaction(signal, &action, nullptr);
    }
}

/// The child's controlling terminal. It is opened before the limits, which may leave no descriptor for
/// it, and given up after the modifier.
class OpenedTerminal
{
public:
    explicit OpenedTerminal(bool isWanted = true) noexcept
        : m_fd(isWanted ? ::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC) : -1)
        , m_errorCode(m_fd || !isWanted ? 0 : errno)
    {
    }

    bool isOpen() const noexcept { return static_cast<bool>(m_fd); }
    /// ENXIO: the child has no controlling terminal (tty(4)).
    bool isNone() const noexcept { return m_errorCode == ENXIO || m_errorCode == ENOENT; }
    /// Why it is not open; 0: it was not tried, or it is open.
    int errorCode() const noexcept { return m_errorCode; }
    /// False with errno if it is not open, or not the controlling terminal any more.
    bool leave() const noexcept
    {
        errno = m_errorCode;
        return m_fd && ::ioctl(m_fd.get(), TIOCNOTTY) == 0;
    }

private:
    const ChildFd m_fd;
    const int m_errorCode;
};

class ChildSetup
{
public:
    explicit ChildSetup(ProgramContext &context) noexcept
        : m_context(context)
        , m_plan(context.plan)
    {
    }

    [[noreturn]] void run() noexcept
    {
        ChildDescriptors::closeForeignWriteEnds(m_context);
        resetSignals();
        apply(ChildDescriptors::stepAside(m_context));
        apply(ChildDescriptors::placeChannels(m_context));
        changeDirectory();
        apply(ChildDescriptors::placeMapped(m_context));
        // With the child's own limits, /proc may not open.
        apply(ChildDescriptors::closeUnmapped(m_context));
        apply(ChildOptions::join(m_context));
        const OpenedTerminal terminal(m_plan.parameters().leavesTerminal
                                      && !m_plan.options().resourceLimits.empty());
        apply(ChildOptions::limit(m_context));
        callModifier();
        applyParameters(terminal);
        apply(ChildOptions::takeIdentity(m_context));
        execute();
    }

private:
    void resetSignals() noexcept
    {
        if (!m_context.handlersAreReset)
            resetCaughtSignals();
        if (m_context.ignoresSigChld)
            ignoreSignal(SIGCHLD); // The program inherits SIG_IGN, as it would without the library.
        // A program expects that SIGPIPE ends it, even if its parent ignores the signal.
        resetSignal(SIGPIPE);
    }

    void changeDirectory() noexcept
    {
        // A child may stay in a directory that it may not search, but fchdir(2) fails there.
        if (m_context.directory >= 0 && ::fchdir(m_context.directory) != 0
            && !ChildCalls::isCurrentDirectory(m_context.directory))
            fail(Step::WorkingDirectory, errno);
        if (m_plan.workingDirectory() && ::chdir(m_plan.workingDirectory()) != 0)
            fail(Step::WorkingDirectory, errno);
    }

    void apply(Step failedStep) noexcept
    {
        if (failedStep != Step::None)
            fail(failedStep, errno);
    }

    void callModifier() noexcept
    {
        if (!m_plan.modifier().function)
            return;
        tell(ChildReport::Modifier);
        ModifierExit exit(m_context);
        m_plan.modifier().function(m_plan.modifier().token, exit);
        apply(ChildDescriptors::closeUnmapped(m_context)); // Those that it has opened.
    }

    void tell(ChildReport::Stage stage) noexcept
    {
        m_context.report.stage = stage;
        sendReport(m_context);
    }

    void applyParameters(const OpenedTerminal &terminal) noexcept
    {
        const ProcessParameters &wanted = m_plan.parameters();
        if (wanted.resetsSignalHandlers) {
            for (int signal = 1; signal < NSIG; ++signal)
                resetSignal(signal);
        }
        if (wanted.ignoresSigPipe)
            ignoreSignal(SIGPIPE);
        if (wanted.createsSession && !m_plan.options().newSession && ::setsid() < 0)
            failParameter("setsid");
        if (wanted.leavesTerminal)
            leaveTerminal(terminal);
        if (wanted.resetsIds && !ChildCalls::resetIds())
            failParameter("setuid");
        if (wanted.disablesCoreDumps)
            disableCoreDumps();
    }

    [[noreturn]] void failParameter(const char *function) noexcept
    {
        fail(Step::UnixProcessParameters, errno, function);
    }

    // The modifier may have changed the terminal.
    void leaveTerminal(const OpenedTerminal &before) noexcept
    {
        if (before.leave())
            return;
        const OpenedTerminal terminal;
        const bool isUnknown = terminal.errorCode() == EMFILE || terminal.errorCode() == ENFILE;
        if (terminal.isNone() || (isUnknown && (before.isOpen() || before.isNone())))
            return;
        if (!terminal.leave())
            failParameter("ioctl");
    }

    void disableCoreDumps() noexcept
    {
        rlimit limit;
        if (::getrlimit(RLIMIT_CORE, &limit) != 0)
            failParameter("getrlimit");
        limit.rlim_cur = 0;
        if (::setrlimit(RLIMIT_CORE, &limit) != 0)
            failParameter("setrlimit");
    }

    [[noreturn]] void execute() noexcept
    {
        const int errorCode = startUnlessBusy([this]() noexcept {
            tell(ChildReport::Exec); // Before the mask is restored, because this changes it.
            restoreSignalMask(); // So that signals end a child that pauses.
            ::execve(m_plan.executable(), m_plan.argv(), environment());
            return errno;
        });
        fail(Step::Exec, errorCode);
    }

    // A modifier may have changed an inherited environment with setenv(3). If the memory is shared,
    // another thread of the parent may be changing it just now.
    char *const *environment() const noexcept
    {
        const bool isOwn = m_plan.modifier().function && m_context.reportFd >= 0;
        return isOwn && m_plan.inheritsEnvironment() ? environ : m_plan.envp();
    }

    void restoreSignalMask() noexcept
    {
        discardStopSignalsUntilExec();
        sigset_t none;
        ::sigemptyset(&none);
        const sigset_t &unlessSet =
            m_plan.parameters().resetsSignalHandlers ? none : m_context.parentMask;
        setSignalMask(m_plan.signalMask() ? *m_plan.signalMask() : unlessSet);
    }

    [[noreturn]] void fail(Step step, int errorCode, const char *details = "") noexcept
    {
        Internal::fail(m_context, step, errorCode, details);
    }

    ProgramContext &m_context;
    const StartPlan &m_plan;
};

} // namespace

void ModifierExit::leave(const char *reason, int errorCode) noexcept
{
    fail(m_context, Step::Modifier, errorCode, reason);
}

void ModifierExit::leaveAfterException(const char *what) noexcept
{
    m_context.report.failure.modifierThrew = true;
    fail(m_context, Step::Modifier, 0, what);
}

// The handlers stay, as after fork(), except ours: if it replaced SIG_IGN, an exec has to pass that on.
// Cancellation stays off: with shared memory this is also the state of the parent's thread.
void CodeContext::run() noexcept
{
    for (const int fd : inherited)
        ::close(fd); // Not a UniqueFd; see ChildFd.
    if (ignoresSigChld)
        ignoreSignal(SIGCHLD);
    if (!code.function)
        return;
    setSignalMask(parentMask);
    ::_exit(code.function(code.token));
}

void ProgramContext::run() noexcept
{
    if (const StartControl *control = plan.control(); control && control->wish() != 0)
        fail(*this, Step::Canceled, ECANCELED);
    if (plan.ticket() && !ChildCalls::joinGuardian(plan.ticket()))
        fail(*this, Step::TreeDiesWithParent, errno);
    ChildSetup(*this).run();
}

// Exits as soon as there is an orphan, so that init adopts it.
void DetachedContext::run() noexcept
{
    ::setsid(); // Cannot fail: a new child leads no process group.
    ChildDescriptors::closeForeignWriteEnds(*this);
    if (createOrphan(*this) < 0)
        fail(*this, Step::Clone, errno);
    ::_Exit(0);
}

void becomeChild(ChildContext &context) noexcept
{
    if (context.sharedMark && *context.sharedMark == -1)
        ::_Exit(notSharedExitCode);
    if (context.storesNumber)
        context.number = ::getpid();
    context.hasBegun = true;
    context.run();
}

int childMain(void *context) noexcept
{
    becomeChild(*static_cast<ChildContext *>(context));
    ::_Exit(notSharedExitCode); // Not reached: only a copied child returns to user code.
}

// The orphan reports its own number, so that the parent gets it even if the child between is killed.
int orphanMain(void *token) noexcept
{
    DetachedContext &context = *static_cast<DetachedContext *>(token);
    context.report.orphan = ::getpid();
    context.report.stage = ChildReport::HasOrphan;
    sendReport(context);
    ChildSetup(context).run();
}

// fork(), because a modifier is user code.
pid_t forkOrphan(DetachedContext &context) noexcept
{
    const pid_t pid = ::fork();
    if (pid == 0)
        orphanMain(&context);
    return pid;
}

} // namespace ForkFd::Internal
