// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// POSIX interfaces only: fork(), and the SIGCHLD backend.

#include "core/start/start.h"

#include "core/base/sanitizers.h"
#include "core/base/signals.h"
#include "core/start/attempt.h"
#include "core/watch/sigchld/chain.h"
#include "core/watch/sigchld/watch.h"

#include <cerrno>

#include <unistd.h>

// fork() without the handlers of pthread_atfork(3); null if libc does not have it.
extern "C" __attribute__((weak)) pid_t _Fork() noexcept;

namespace ForkFd::Internal::System {

bool hasPidFd() noexcept
{
    return false;
}

Backend backend() noexcept
{
    return Backend::SigChld;
}

const char *rungFor(const ChildModifier &) noexcept
{
    return nameOfRung(0);
}

const char *nameOfRung(unsigned char) noexcept
{
    return "fork";
}

std::string rungsGivenUp()
{
    return {};
}

namespace {

// POSIX.1-2024 has _Fork(). With an older libc the handlers run.
pid_t forkWithoutHandlers() noexcept
{
    return ::_Fork && !Sanitizers::needFork() ? ::_Fork() : ::fork();
}

class PosixAttempt final : public StartAttempt
{
public:
    explicit PosixAttempt(CodeContext &child)
        : StartAttempt(child)
        , m_wantsHandlers(child.code.wantsFork)
    {
    }

    PosixAttempt(ProgramContext &child, StartReport *later)
        : StartAttempt(child, later)
        , m_wantsHandlers(true)
    {
    }

    StartResult run()
    {
        const Outcome outcome = mayBegin() ? create() : NotStarted;
        if (outcome != Started && outcome != InChild)
            return {.failure = failure()};
        return {.watch = std::move(m_owner), .isInChild = outcome == InChild};
    }

private:
    Outcome create()
    {
        m_watch->setLeadsGroup(leadsGroup());
        if (!m_watch->prepare(m_program ? ExitEvent::Private : ExitEvent::Public))
            return failCreation(errno);
        m_child.ignoresSigChld = SigChldChain::standsForIgnore();
        m_child.inherited = {m_watch->event().readable, m_watch->event().writable, -1};
        const Outcome outcome = startCopy(false);
        if (outcome == InChild)
            static_cast<void>(m_owner.release()); // The child must not free memory.
        return outcome;
    }

    pid_t createCopy() noexcept override { return m_wantsHandlers ? ::fork() : forkWithoutHandlers(); }

    Outcome watchCopy(pid_t pid) noexcept override
    {
        if (pid < 0)
            return failCreation(errno);
        m_watch->watch(pid);
        return Started;
    }

    ExitWatch *watch() const noexcept override { return m_watch; }

    const bool m_wantsHandlers; ///< The handlers of pthread_atfork(3) run.
    SigChldWatch *const m_watch = new SigChldWatch;
    ExitWatchPtr m_owner{m_watch};
};

} // namespace

StartResult startChild(const StartPlan &plan, StartReport *later)
{
    ProgramContext child(plan);
    return PosixAttempt(child, later).run();
}

StartResult forkChild(const UserCode &code)
{
    CodeContext child(code);
    return PosixAttempt(child).run();
}

// Signals are not blocked here: posix_spawn(3) does that, and its child gets the caller's mask.
ExitWatchPtr spawnChild(const SpawnCall &call, int &errorCode)
{
    const CancellationBlocker blocker;
    auto *watch = new SigChldWatch;
    ExitWatchPtr result(watch);
    watch->setLeadsGroup(call.leadsGroup());
    pid_t pid = -1;
    errorCode = watch->prepare(ExitEvent::Public) ? call.start(&pid) : errno;
    if (errorCode != 0)
        return nullptr;
    watch->watch(pid);
    return result;
}

} // namespace ForkFd::Internal::System
