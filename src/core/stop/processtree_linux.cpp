// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/processtree.h"

#include "core/base/backendwish.h"
#include "core/base/pidfd_linux.h"
#include "core/base/processstatus_linux.h"
#include "core/base/signalresult.h"
#include "core/base/wait.h"
#include "core/stop/treewalk_linux.h"
#include "core/watch/exitwatch.h"
#include "core/watch/pidfd.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

namespace ForkFd::Internal {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Signals each process of a tree.
///
/// For each signal it opens a pidfd and compares the start time after that, so that the signal reaches
/// the right process.
class Walk
{
public:
    Walk(pid_t root, const ProcessStatus &status, bool stops)
        : m_root(root)
        , m_stops(stops)
        , m_tree(root, status)
    {
    }
    ~Walk()
    {
        if (m_stops && !m_hasSent)
            letGoOn();
    }
    Walk(const Walk &) = delete;
    Walk &operator=(const Walk &) = delete;

    void run()
    {
        stopIfWanted(m_root);
        m_mayMiss = findMore();
        m_end = Clock::now() + 1s; // On a busy machine one pass may take longer.
        while (m_mayMiss && Clock::now() < m_end)
            m_mayMiss = findMore();
    }

    /// Whether the last pass has found a process that may have started others.
    bool mayMiss() const noexcept { return m_mayMiss; }

    /// Returns 0 or an errno; ESRCH when no process was reached.
    int send(std::initializer_list<int> signals)
    {
        std::vector<TreeMember> members = m_tree.members();
        // When a process dies, the kernel sends SIGHUP and SIGCONT to the groups that become orphaned
        // and have a stopped member (setpgid(2)). So the last descendants die first, and the root dies
        // last.
        if (m_stops)
            std::reverse(members.begin(), members.end());
        SignalResult result;
        bool isFirst = true;
        for (const int signal : signals) {
            for (const auto &[pid, startTime] : members) {
                const bool mayGiveUp = std::exchange(isFirst, false); // Nothing has changed yet.
                result.add(mayGiveUp ? sendTo(pid, signal) : sendPatiently(pid, signal));
            }
        }
        m_hasSent = true;
        return result.errorCode();
    }

private:
    // Waits for the end of a shortage: descendants of a signalled parent cannot be found again.
    int sendPatiently(pid_t pid, int signal) const
    {
        for (;;) {
            try {
                return sendTo(pid, signal);
            } catch (const std::exception &) {
                if (Clock::now() >= m_end)
                    throw;
            }
            pauseFor(1ms);
        }
    }

    // Continues the stopped processes of a walk that is given up. If there is no descriptor, SIGCONT is
    // sent by number: the number named this process a moment ago, and SIGCONT does not end a process.
    void letGoOn() const noexcept
    {
        for (const auto &[pid, startTime] : m_tree.members()) {
            try {
                sendTo(pid, SIGCONT);
            } catch (const std::exception &) {
                ::kill(pid, SIGCONT);
            }
        }
    }

    // Returns whether another pass may find more.
    bool findMore()
    {
        m_comesBack = false;
        const bool hasFound = m_tree.findMore([this](pid_t pid) { stopIfWanted(pid); });
        return m_comesBack || hasFound;
    }

    int sendTo(pid_t pid, int signal) const
    {
        const ProcessHandle handle(pid);
        if (!handle.isOpen())
            throwIfExhausted(errno);
        // Checked after the open, because another process may have got the number before.
        return handle.isOpen() && m_tree.isStill(pid) ? handle.sendSignal(signal) : ESRCH;
    }

    // Waits 50 ms at most. A process in uninterruptible sleep stops later and may start others until
    // then, so another pass looks at the processes.
    void stopIfWanted(pid_t pid)
    {
        if (!m_stops || sendTo(pid, SIGSTOP) != 0)
            return;
        const auto end = Clock::now() + 50ms;
        while (Clock::now() < end) {
            const std::optional<ProcessStatus> status = statusOf(pid);
            if (!status || status->isOver() || std::strchr("Tt", status->state))
                return;
            if (status->state == 'D')
                break;
            pauseFor(1ms);
        }
        m_comesBack = true;
    }

    const pid_t m_root;
    const bool m_stops;
    TreeWalk m_tree;
    Clock::time_point m_end = Clock::now() + 1s;
    bool m_comesBack = false;
    bool m_mayMiss = false;
    bool m_hasSent = false;
};

int signalGroup(ExitWatch &root, std::initializer_list<int> signals) noexcept
{
    SignalResult result;
    for (const int signal : signals)
        result.add(root.sendSignalToGroup(signal));
    return result.errorCode();
}

int walkAndSignal(ExitWatch &root, std::initializer_list<int> signals) noexcept
try {
    if (const int errorCode = checkHolding(root); errorCode != 0)
        return isShortage(errorCode) ? errorCode : signalGroup(root, signals);
    const std::optional<ProcessStatus> status = statusOfRoot(root);
    if (!status)
        return signalGroup(root, signals);
    const bool kills = *signals.begin() == SIGKILL;
    Walk walk(root.pid(), *status, kills);
    walk.run();
    int result = walk.send(signals);
    // The walk has signalled the rest of the group, except members that came later.
    if (kills && root.sendSignalToGroup(SIGKILL) == 0)
        result = 0;
    return result == 0 && walk.mayMiss() ? ETIMEDOUT : result;
} catch (const std::system_error &error) {
    return error.code().value();
} catch (const std::exception &) {
    return ENOMEM;
}

// A system call costs much less than reading a file, and this runs in the thread of the child's owner.
// If a filter refuses the call, the file has the answer.
bool mayBeIn(pid_t group, pid_t pid) noexcept
{
    const pid_t found = ::getpgid(pid);
    return found == group || (found < 0 && errno != ESRCH);
}

} // namespace

int checkHolding(const ExitWatch &root) noexcept
try {
    if (root.pidFd() >= 0)
        return 0;
    const bool isTried = backend() == Backend::SigChld
        && (backendWish() != BackendWish::SigChld || !mayBeKilledForCalls());
    return isTried ? 0 : ENOSYS;
} catch (const std::system_error &error) {
    return error.code().value();
}

// Looks at this process, because the child may have ended. A shortage may be over by the time of the
// walk.
bool canWalk(const ExitWatch &root) noexcept
try {
    if (const int errorCode = checkHolding(root); errorCode != 0)
        return isShortage(errorCode);
    const bool canOpen = PidFdWatch::canOpen() || isShortage(errno);
    return canOpen && statusOf(::getpid());
} catch (const std::exception &) {
    return true;
}

int signalTree(ExitWatch &root, std::initializer_list<int> signals, InShortage inShortage) noexcept
{
    const int errorCode = walkAndSignal(root, signals);
    if (isShortage(errorCode) && inShortage == InShortage::SignalGroup)
        signalGroup(root, signals);
    return errorCode;
}

std::vector<TreeMember> findTree(ExitWatch &root)
{
    const std::optional<ProcessStatus> status = statusOfRoot(root);
    if (!status)
        return {};
    TreeWalk walk(root.pid(), *status);
    // Another pass finds children whose numbers are smaller than their parent's.
    for (int pass = 0; pass < 2 && walk.findMore(); ++pass) { }
    return walk.members();
}

bool hasLivingMember(pid_t group) noexcept
try {
    for (const pid_t pid : allProcesses()) {
        if (!mayBeIn(group, pid))
            continue;
        const std::optional<ProcessStatus> status = statusOf(pid);
        if (status && status->group == group && !status->isOver())
            return true;
    }
    return false;
} catch (const std::exception &) {
    return true; // Unknown: the caller asks again.
}

} // namespace ForkFd::Internal
