// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// POSIX interfaces only: fork(), and the SIGCHLD backend.

#include "core/start/start.h"

#include "core/base/sanitizers.h"
#include "core/start/attempt.h"
#include "core/start/detachedattempt.h"
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

namespace {

// POSIX.1-2024 has _Fork(). With an older libc the handlers run.
pid_t forkWithoutHandlers() noexcept
{
    return ::_Fork && !Sanitizers::needFork() ? ::_Fork() : ::fork();
}

class PosixAttempt : public StartAttempt
{
public:
    using StartAttempt::StartAttempt;

    Outcome run()
    {
        if (!mayBegin())
            return NotStarted;
        auto *watch = new SigChldWatch;
        m_watch.reset(watch);
        watch->setLeadsGroup(leadsGroup());
        if (!watch->prepare(m_context.plan ? ExitEvent::Private : ExitEvent::Public))
            return failCreation(errno);
        m_context.ignoresSigChld = SigChldChain::standsForIgnore();
        m_context.inherited = {watch->event().readable, watch->event().writable, -1};
        const bool wantsHandlers = m_context.plan || m_context.userCode.wantsFork;
        const Outcome outcome = startCopy(
            false, [=] { return wantsHandlers ? ::fork() : forkWithoutHandlers(); },
            [this, watch](pid_t pid) {
                if (pid < 0)
                    return failCreation(errno);
                watch->watch(pid);
                return Started;
            },
            [watch] { return watch; });
        if (outcome == InChild)
            static_cast<void>(m_watch.release()); // The child must not free memory.
        return outcome;
    }

    ExitWatchPtr takeWatch() noexcept { return std::move(m_watch); }

private:
    ExitWatchPtr m_watch;
};

} // namespace

ExitWatchPtr startChild(const StartPlan &plan, StartFailure &failure, StartReport *later)
{
    return startBy<PosixAttempt>(plan, failure, later);
}

pid_t startOrphan(const StartPlan &plan, StartFailure &failure)
{
    return startOrphanBy<DetachedAttempt>(plan, failure);
}

ForkSide forkChild(const UserCode &code, ExitWatchPtr &watch, int &errorCode)
{
    return forkBy<PosixAttempt>(code, watch, errorCode);
}

} // namespace ForkFd::Internal::System
