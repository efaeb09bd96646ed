// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/cgroupremover.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace ForkFd::Internal {

namespace {

constexpr std::chrono::milliseconds firstDelay(1);
constexpr std::chrono::seconds longestDelay(30);

// Given the result of a kill. After other errors another try may succeed, and cgroup.kill may have
// missed a process.
bool mayBeKilled(int errorCode) noexcept
{
    return errorCode != EACCES && errorCode != EPERM && errorCode != EROFS;
}

} // namespace

void CgroupRemover::add(PrivateCgroup group)
{
    std::list<PrivateCgroup> added;
    added.push_back(std::move(group));
    const std::lock_guard lock(m_mutex);
    m_killedCount += added.front().isToBeKilled() ? 1 : 0;
    m_groups.splice(m_groups.end(), added);
    m_delay = firstDelay;
    m_nextTry = Clock::now() + m_delay;
}

void CgroupRemover::removeEmpty() noexcept
{
    std::list<PrivateCgroup> tried;
    {
        const std::lock_guard lock(m_mutex);
        tried.swap(m_groups);
        ++m_callerCount;
        m_nextTry =
            m_callerCount == 1 && tried.empty() ? Clock::time_point::max() : Clock::now() + m_delay;
    }
    int killedCount = 0;
    tried.remove_if([&killedCount](PrivateCgroup &group) {
        const bool wasKilled = group.isToBeKilled();
        const bool isEmpty = !group.isPopulated(); // An empty cgroup may still refuse removal.
        const bool isRemoved = group.remove();
        if (wasKilled && (isEmpty || isRemoved || !mayBeKilled(group.kill()))) {
            group.noteEnd();
            ++killedCount;
        }
        return isRemoved;
    });
    const std::lock_guard lock(m_mutex);
    m_killedCount -= killedCount;
    --m_callerCount;
    if (!tried.empty()) {
        m_groups.splice(m_groups.end(), tried);
        m_delay = std::min<Clock::duration>(m_delay * 2, longestDelay);
        m_nextTry = std::min(m_nextTry, Clock::now() + m_delay);
    } else if (m_groups.empty() && m_callerCount == 0) {
        m_nextTry = Clock::time_point::max();
    }
}

CgroupRemover::Clock::time_point CgroupRemover::nextTry() noexcept
{
    const std::lock_guard lock(m_mutex);
    return m_nextTry;
}

bool CgroupRemover::hasKilled() noexcept
{
    const std::lock_guard lock(m_mutex);
    return m_killedCount > 0;
}

} // namespace ForkFd::Internal
