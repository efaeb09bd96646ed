// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Handles all children that are being stopped: at the end of the process, and in awaitAll(). Allocates
// no memory, hence one child after another.

#include "core/stop/stopperstate.h"

#include "core/base/wait.h"
#include "core/stop/stoppablechild.h"

#include <algorithm>
#include <csignal>

namespace ForkFd::Internal {

using namespace std::chrono_literals;

void StopperState::killAll() noexcept
{
    m_isExiting = true;
    for (auto child = childAfter(nullptr); child; child = childAfter(child.get()))
        child->sendSignal(SIGKILL);
    // The cgroups can be removed in a moment. Later there is no thread that does it.
    for (int i = 0; i < 100; ++i) {
        bool areRemoved = true;
        for (auto child = childAfter(nullptr); child; child = childAfter(child.get()))
            areRemoved = child->removeCgroup() && areRemoved;
        m_groups.removeEmptyOnes();
        if (areRemoved && !m_groups.hasKilledOnes())
            break;
        pauseFor(1ms);
    }
}

std::shared_ptr<StoppableChild> StopperState::childAfter(const StoppableChild *previous) noexcept
{
    const std::lock_guard lock(m_mutex);
    for (auto it = m_tasks.upper_bound(const_cast<StoppableChild *>(previous)); it != m_tasks.end();
         ++it) {
        if (std::shared_ptr<StoppableChild> child = it->second.child.lock())
            return child;
    }
    return nullptr;
}

// All have to end, so it waits for one after another, until a round had nothing to wait for.
bool StopperState::awaitAll(Clock::time_point end) noexcept
{
    bool hasWaited = true;
    while (hasWaited) {
        hasWaited = false;
        for (auto child = childAfter(nullptr); child; child = childAfter(child.get())) {
            while (!child->hasEnded()) {
                hasWaited = true;
                if (!awaitOne(*child, end))
                    return false;
            }
        }
        for (; m_groups.hasKilledOnes(); hasWaited = true) {
            if (Clock::now() >= end)
                return false;
            m_groups.removeEmptyOnes();
            pauseFor(1ms);
        }
    }
    return true;
}

// Waits for a moment at most. Returns false when the time is over.
bool StopperState::awaitOne(StoppableChild &child, Clock::time_point end) noexcept
{
    const Clock::time_point now = Clock::now();
    if (now >= end)
        return false;
    if (!m_hasThread)
        serve();
    const Clock::duration moment = m_hasThread ? 100ms : 10ms;
    child.awaitLeader(std::chrono::ceil<std::chrono::milliseconds>(std::min(end - now, moment)));
    return true;
}

} // namespace ForkFd::Internal
