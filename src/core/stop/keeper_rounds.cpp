// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Handles all children that are being stopped: at the end of the process, and in awaitAll(). Allocates
// no memory, hence one child after another.

#include "core/stop/keeper.h"

#include "core/base/exithandler.h"
#include "core/base/signals.h"
#include "core/base/wait.h"
#include "core/stop/stoppablechild.h"

#include <algorithm>
#include <csignal>

namespace ForkFd::Internal {

using namespace std::chrono_literals;

// After a stop or a new cgroup. After the end of main() all children are killed at once, because there
// may be no time for a grace.
void Keeper::serveTasks() noexcept
{
    if (!m_killsAtExit.exchange(true))
        callAtExit([] { killAtExit(); }); // A forked copy inherits this handler.
    if (m_isExiting)
        killAll();
    else
        serve();
}

void Keeper::killAtExit() noexcept
{
    const CancellationBlocker blocker;
    if (Keeper *keeper = keepers.find()) {
        keeper->m_isExiting = true;
        keeper->killAll();
    }
}

void Keeper::killAll() noexcept
{
    for (auto child = m_tasks.childAfter(nullptr); child; child = m_tasks.childAfter(child.get()))
        child->sendSignal(SIGKILL);
    // The cgroups can be removed in a moment. Later there is no thread that could do it.
    for (int i = 0; i < 100; ++i) {
        bool areRemoved = true;
        for (auto child = m_tasks.childAfter(nullptr); child; child = m_tasks.childAfter(child.get())) {
            child->killAgain();
            areRemoved = child->removeCgroup() && areRemoved;
        }
        m_groups.removeEmpty();
        if (areRemoved && !m_groups.hasKilled())
            break;
        pauseFor(1ms);
    }
}

bool Keeper::awaitAll(Clock::time_point end) noexcept
{
    const CancellationBlocker blocker;
    Keeper *keeper = keepers.find();
    return !keeper || keeper->doAwaitAll(end);
}

// All children have to end, so it waits for one after another, until there was nothing to wait for in a
// whole round.
bool Keeper::doAwaitAll(Clock::time_point end) noexcept
{
    bool hasWaited = true;
    while (hasWaited) {
        hasWaited = false;
        for (auto child = m_tasks.childAfter(nullptr); child; child = m_tasks.childAfter(child.get())) {
            while (!child->hasEnded()) {
                hasWaited = true;
                if (!awaitOne(*child, end))
                    return false;
            }
        }
        for (; m_groups.hasKilled(); hasWaited = true) {
            if (Clock::now() >= end)
                return false;
            m_groups.removeEmpty();
            pauseFor(1ms);
        }
    }
    return true;
}

// Waits for a moment at most. Returns false when the time is over.
bool Keeper::awaitOne(StoppableChild &child, Clock::time_point end) noexcept
{
    const Clock::time_point now = Clock::now();
    if (now >= end)
        return false;
    if (!hasThread())
        serve();
    const Clock::duration moment = hasThread() ? 100ms : 10ms;
    child.awaitLeader(std::chrono::ceil<std::chrono::milliseconds>(std::min(end - now, moment)));
    return true;
}

} // namespace ForkFd::Internal
