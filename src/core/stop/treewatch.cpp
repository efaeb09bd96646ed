// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/treewatch.h"

#include "core/base/processortime.h"
#include "core/base/refusal.h"
#include "core/base/wait.h"
#include "core/stop/processtree.h"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>

namespace ForkFd::Internal {

namespace {

using namespace std::chrono_literals;

// The pause between two walks, as a multiple of the processor time of the first. The short pause is for
// the time when no process is known to be left.
constexpr int usualPause = 50;
constexpr int shortPause = 4;

// Where no descriptor reports an end, the delay grows to this. One look at one process takes about 10
// us.
constexpr std::chrono::milliseconds longestLookDelay = 20ms;

// Waits while another thread signals the child, for about a second at most.
bool isGroupHeld(StoppableChild &child) noexcept
{
    std::optional<bool> isHeld;
    while (!(isHeld = child.holdsNumber()))
        pauseFor(1ms);
    return *isHeld;
}

TreeMembers::Reach reachOf(const StoppableChild &child) noexcept
{
    return child.scope() == StoppableChild::Tree ? TreeMembers::Tree : TreeMembers::Group;
}

} // namespace

bool TreeWatch::hasMembers(const StoppableChild &child) noexcept
{
    return child.scope() != StoppableChild::Process && !child.hasCgroup();
}

TreeWatch::TreeWatch(std::shared_ptr<StoppableChild> child, bool hasEnded)
    : m_child(std::move(child))
    , m_hasChildEnded(hasEnded)
{
    if (m_child && hasMembers(*m_child)) {
        m_members.emplace(m_child->watch().pid(), reachOf(*m_child));
        walk();
    }
    look();
}

int TreeWatch::descriptor() const noexcept
{
    if (m_members)
        return m_members->descriptor();
    return m_isFileUseless ? -1 : m_events.get();
}

PollSet::Interest TreeWatch::interest() const noexcept
{
    if (m_members)
        return PollSet::Readable;
    return m_isFileUseless ? PollSet::Nothing : PollSet::Priority;
}

void TreeWatch::look() noexcept
{
    if (!belongsToThisProcess() || isOver())
        return;
    if (m_members)
        lookAtMembers();
    else if (m_child && m_child->hasCgroup())
        lookAtCgroup();
    else
        m_isEmpty = true; // The child was the only process.
}

// A change after the read makes the file ready (cgroups(7), "cgroup.events"). In a shortage the file
// cannot be opened. If a filter refuses the read, the file would stay ready for ever.
void TreeWatch::lookAtCgroup() noexcept
{
    m_nextLook = Deadline::forever();
    if (!m_events)
        m_events = m_child->openCgroupEvents();
    std::optional<bool> isPopulated;
    if (m_events)
        isPopulated = PrivateCgroup::isPopulated(m_events.get());
    m_isFileUseless = !isPopulated;
    m_isEmpty = isPopulated ? !*isPopulated : !m_child->isCgroupPopulated();
    if (m_isFileUseless && !m_isEmpty)
        lookLater();
}

void TreeWatch::lookAtMembers() noexcept
try {
    m_isWalkDue = m_members->dropEnded() || m_isWalkDue;
    if (m_isWalkDue && Clock::now() >= nextWalk())
        walk();
    else if (m_isWalkDue)
        m_nextLook = Deadline(nextWalk());
    else if (m_nextLook.hasExpired())
        lookIfNeeded();
} catch (const std::exception &) {
    lookLater();
}

// Called before each walk: the object may have moved to a thread with a filter since the last walk.
TreeMembers::Means TreeWatch::means() const noexcept
{
    return checkHolding(m_child->watch()) == 0 ? TreeMembers::WithPidFds : TreeMembers::WithoutPidFds;
}

TreeWatch::Clock::time_point TreeWatch::nextWalk() const noexcept
{
    const bool isLast = m_hasChildEnded && m_members->isEmpty();
    return m_lastWalk + m_walkTime * (isLast ? shortPause : usualPause);
}

// If another thread is signalling the child, the group's number is not known to be the child's.
void TreeWatch::walk() noexcept
{
    if (!m_members || !belongsToThisProcess())
        return;
    m_isWalkDue = true;
    if (const std::optional<bool> isGroupHeld = m_child->holdsNumber())
        walk(*isGroupHeld);
    else
        lookLater();
}

void TreeWatch::walk(bool isGroupHeld) noexcept
try {
    tryToWalk(isGroupHeld);
} catch (const std::exception &) {
    lookLater();
}

void TreeWatch::tryToWalk(bool isGroupHeld)
{
    m_isWalkDue = true;
    const auto begin = processorTime();
    m_members->walk(isGroupHeld, means());
    m_lastWalk = Clock::now();
    m_walkTime = processorTime() - begin;
    m_isWalkDue = false;
    m_isEmpty = m_members->isEmpty();
    lookIfNeeded();
}

// While the child itself lives, its end brings the next look.
void TreeWatch::lookIfNeeded() noexcept
{
    m_nextLook = Deadline::forever();
    if (m_hasChildEnded && m_members->needsLooks())
        lookLater();
}

void TreeWatch::lookLater() noexcept
{
    m_nextLook = Deadline(m_lookDelay);
    m_lookDelay = std::min(m_lookDelay * 2, longestLookDelay);
}

// When the child is reaped, its group may not be found any more. So this walk is tried for a moment in a
// shortage. If another thread is signalling the child, the caller knows that the child is not reaped.
void TreeWatch::noteChildEnd() noexcept
{
    m_hasChildEnded = true;
    m_lookDelay = 1ms;
    const Deadline end(100ms);
    while (m_members && belongsToThisProcess()) {
        walk(m_child->holdsNumber().value_or(true));
        if (!m_isWalkDue || end.hasExpired())
            break;
        pauseFor(1ms);
    }
    look();
}

int TreeWatch::sendSignal(int signal, TreeMembers::Whom whom) const noexcept
{
    if (!m_members || !belongsToThisProcess())
        return ESRCH;
    const int errorCode = checkHolding(m_child->watch());
    if (errorCode != 0)
        return isShortage(errorCode) ? errorCode : ESRCH;
    return m_members->sendSignal(signal, whom);
}

std::vector<pid_t> TreeWatch::members()
{
    if (!m_child || !belongsToThisProcess())
        return {};
    if (!m_members)
        return membersOf(*m_child);
    tryToWalk(isGroupHeld(*m_child));
    return m_members->numbers();
}

std::vector<pid_t> TreeWatch::membersOf(StoppableChild &child)
{
    if (!child.belongsToThisProcess())
        return {};
    std::vector<pid_t> numbers;
    if (child.hasCgroup()) {
        numbers = child.cgroupMembers();
        eraseTornDown(numbers);
    }
    if (child.hasCgroup() || child.scope() == StoppableChild::Process) {
        // The child may have moved to another cgroup.
        const pid_t pid = child.watch().pid();
        const auto place = std::lower_bound(numbers.begin(), numbers.end(), pid);
        if ((place == numbers.end() || *place != pid) && !child.hasLeaderEnded())
            numbers.insert(place, pid);
    } else {
        TreeMembers members(child.watch().pid(), reachOf(child));
        members.walk(isGroupHeld(child), TreeMembers::WithoutPidFds);
        numbers = members.numbers();
    }
    return numbers;
}

} // namespace ForkFd::Internal
