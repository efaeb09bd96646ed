// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Everything in this file runs in the child between clone and exec: async-signal-safe calls only,
// no allocation, no lock. The child usually shares its parent's memory, so nothing here may change
// what the parent relies on. Built without sanitizers, whose bookkeeping the child would disturb.

#include "childsetup.h"

#include "launchplan.h"
#include "signals.h"
#include "uniquefd.h"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

class ChildSetup
{
public:
    explicit ChildSetup(ChildContext &context) noexcept
        : m_context(context)
        , m_plan(*context.plan)
    {
    }

    [[noreturn]] void run() noexcept
    {
        resetSignals();
        stepAside();
        placeDescriptors(0, m_plan.channelCount(), "channels");
        changeDirectory();
        placeDescriptors(m_plan.channelCount(), m_plan.moves().size(), "fileDescriptors");
        restoreSignalMask();
        m_context.report->stage = ChildReport::Exec;
        ::execve(m_plan.executable(), m_plan.argv(), m_plan.envp());
        fail("exec", errno);
    }

private:
    void resetSignals() noexcept
    {
        if (!m_context.handlersAreReset)
            resetCaughtSignals();
        if (m_context.ignoresSigChld)
            ignoreSignal(SIGCHLD); // What the program would have inherited without us.
        // A program expects to die of a pipe that nobody reads, whatever its parent's taste.
        resetSignal(SIGPIPE);
    }

    // Moves every descriptor out of the way that a later dup2() would overwrite.
    void stepAside() noexcept
    {
        const auto &moves = m_plan.moves();
        for (std::size_t i = 0; i < moves.size(); ++i) {
            if (!moves[i].isInTheWay)
                continue;
            m_plan.asideNotes()[i] = duplicateAside(moves[i].from);
            if (m_plan.asideNotes()[i] < 0)
                fail(i < m_plan.channelCount() ? "channels" : "fileDescriptors", errno);
        }
        if (isTarget(m_context.reportFd)) {
            const int aside = duplicateAside(m_context.reportFd);
            if (aside < 0)
                fail("descriptors", errno);
            m_context.reportFd = aside;
        }
    }

    int duplicateAside(int fd) const noexcept
    {
        // A number that is itself a target is left to be overwritten; the next one may do.
        int aside = 2;
        do {
            aside = ::fcntl(fd, F_DUPFD_CLOEXEC, aside + 1);
        } while (aside >= 0 && isTarget(aside));
        return aside;
    }

    bool isTarget(int fd) const noexcept
    {
        for (const DescriptorMove &move : m_plan.moves()) {
            if (move.to == fd)
                return true;
        }
        return false;
    }

    void placeDescriptors(std::size_t begin, std::size_t end, const char *step) noexcept
    {
        for (std::size_t i = begin; i < end; ++i) {
            const DescriptorMove &move = m_plan.moves()[i];
            const int from = move.isInTheWay ? m_plan.asideNotes()[i] : move.from;
            // dup2() onto itself would leave close-on-exec set.
            const int result = from == move.to ? ::fcntl(from, F_SETFD, 0) : ::dup2(from, move.to);
            if (result < 0)
                fail(step, errno);
        }
    }

    void changeDirectory() noexcept
    {
        if (m_plan.workingDirectory() && ::chdir(m_plan.workingDirectory()) != 0)
            fail("workingDirectory", errno);
    }

    void restoreSignalMask() noexcept
    {
        setSignalMask(m_plan.signalMask() ? *m_plan.signalMask() : m_context.parentMask);
    }

    [[noreturn]] void fail(const char *step, int errorCode) noexcept
    {
        ChildReport &report = *m_context.report;
        report.step = step;
        report.errorCode = errorCode;
        report.stage = ChildReport::Failed;
        if (m_context.reportFd >= 0) {
            sigset_t brokenPipe; // The parent may have died.
            ::sigemptyset(&brokenPipe);
            ::sigaddset(&brokenPipe, SIGPIPE);
            ::pthread_sigmask(SIG_BLOCK, &brokenPipe, nullptr);
            // Far less than PIPE_BUF: written whole or not at all (pipe(7)).
            while (::write(m_context.reportFd, &report, sizeof report) < 0 && errno == EINTR) { }
        }
        ::_Exit(127);
    }

    ChildContext &m_context;
    const LaunchPlan &m_plan;
};

} // namespace

// As after fork(): handlers are the parent's. Only our own one does not stand for SIG_IGN any more,
// which an exec would pass on.
void prepareForUserCode(const ChildContext &context) noexcept
{
    for (const int fd : context.inherited)
        UniqueFd(fd).reset();
    if (context.ignoresSigChld)
        ignoreSignal(SIGCHLD);
}

namespace {

// Cancellation stays off: the thread may be the parent's, too.
[[noreturn]] void runUserCode(const ChildContext &context) noexcept
{
    prepareForUserCode(context);
    setSignalMask(context.parentMask);
    ::_exit(context.userCode.function(context.userCode.token));
}

} // namespace

void becomeChild(ChildContext &context) noexcept
{
    if (context.sharedMark && *context.sharedMark == -1)
        ::_Exit(notSharedExitCode);
    context.report->stage = ChildReport::Running;
    if (!context.plan)
        runUserCode(context);
    ChildSetup(context).run();
}

int childMain(void *context) noexcept
{
    becomeChild(*static_cast<ChildContext *>(context));
}

} // namespace ForkFd::Internal
