// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/treemembers.h"

#include "core/base/pidfd_linux.h"
#include "core/base/pollset.h"
#include "core/base/processstatus_linux.h"
#include "core/base/procfile_linux.h"
#include "core/base/signalresult.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <unistd.h>

namespace ForkFd::Internal {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t maxWatched = 64;
constexpr auto longestWalk = 100ms;

bool isStill(pid_t pid, unsigned long long startTime)
{
    const std::optional<ProcessStatus> status = statusOf(pid);
    return status && status->startTime == startTime;
}

} // namespace

struct TreeMembers::Private
{
    struct Member
    {
        unsigned long long startTime;
        pid_t group;
        pid_t session;
        std::optional<ProcessHandle> handle; ///< While its end is watched.
    };
    using Members = std::map<pid_t, Member>;

    Private(pid_t itsRoot, Reach itsReach)
        : root(itsRoot)
        , reach(itsReach)
    {
    }

    static std::optional<ProcessStatus> statusOfMember(const Members::value_type &member);
    Members::iterator drop(Members::iterator member);
    void dropWatched();
    void dropUntilLiving();
    void lookAtKnown(bool hadPidFds);
    bool findMore();
    bool examine(pid_t pid);
    bool belongs(const ProcessStatus &status) const;
    void add(pid_t pid, const ProcessStatus &status);
    void forgetFreeNumbers(bool isGroupHeld);
    void watchSome();
    void watch(pid_t pid, Member &member);

    const pid_t root;
    const Reach reach;
    bool usesPidFds = false; ///< In the last walk.
    Members members;
    /// Numbers of groups and sessions that processes of the tree have made. A number stays the same
    /// group's or session's as long as a process is in it.
    std::set<pid_t> groups, sessions;
    PollSet ends;
    std::size_t watchedCount = 0;
};

TreeMembers::TreeMembers(pid_t root, Reach reach)
    : m_private(std::make_unique<Private>(root, reach))
{
}

TreeMembers::~TreeMembers() = default;

void TreeMembers::walk(bool isGroupHeld, Means means)
{
    Private &d = *m_private;
    d.lookAtKnown(std::exchange(d.usesPidFds, means == WithPidFds));
    if (isGroupHeld)
        d.groups.insert(d.root);
    const auto end = Clock::now() + longestWalk;
    while (d.findMore() && Clock::now() < end) { }
    d.forgetFreeNumbers(isGroupHeld);
    d.watchSome();
}

bool TreeMembers::dropEnded()
{
    Private &d = *m_private;
    const std::size_t before = d.members.size();
    if (d.watchedCount > 0)
        d.dropWatched();
    else
        d.dropUntilLiving();
    return d.members.size() < before;
}

bool TreeMembers::isEmpty() const noexcept
{
    return m_private->members.empty();
}

bool TreeMembers::needsLooks() const noexcept
{
    return !isEmpty() && m_private->watchedCount == 0;
}

int TreeMembers::descriptor() const noexcept
{
    return m_private->ends.descriptor();
}

std::vector<pid_t> TreeMembers::numbers() const
{
    std::vector<pid_t> numbers;
    for (const auto &member : m_private->members) {
        const std::optional<ProcessStatus> status = Private::statusOfMember(member);
        if (status && !status->isTornDown())
            numbers.push_back(member.first);
    }
    return numbers;
}

int TreeMembers::sendSignal(int signal, Whom whom) const noexcept
try {
    SignalResult result;
    for (const auto &member : m_private->members) {
        const ProcessHandle handle(member.first);
        // Checked after the open, because another process may have got the number before.
        const std::optional<ProcessStatus> status = Private::statusOfMember(member);
        if (!handle.isOpen() || !status || (whom == NotInGroup && status->group == m_private->root))
            continue;
        result.add(handle.sendSignal(signal));
    }
    return result.errorCode();
} catch (const std::exception &) {
    return ENOMEM;
}

// Empty if the process is gone.
std::optional<ProcessStatus> TreeMembers::Private::statusOfMember(const Members::value_type &member)
{
    std::optional<ProcessStatus> status = statusOf(member.first);
    if (status && status->startTime != member.second.startTime)
        status.reset();
    return status;
}

// Removes the pidfd from the set first: a forked copy may hold the pidfd open, and then epoll would
// continue to report it.
TreeMembers::Private::Members::iterator TreeMembers::Private::drop(Members::iterator member)
{
    if (member->second.handle) {
        ends.remove(member->second.handle->descriptor());
        --watchedCount;
    }
    return members.erase(member);
}

void TreeMembers::Private::dropWatched()
{
    std::uint64_t ids[PollSet::maxEvents];
    for (std::size_t before = 0; before != watchedCount && watchedCount > 0;) {
        before = watchedCount;
        const int count = ends.wait(ids, 0);
        for (int i = 0; i < count; ++i) {
            if (const auto found = members.find(static_cast<pid_t>(ids[i])); found != members.end())
                drop(found);
        }
    }
}

// As long as one lives, the others do not matter.
void TreeMembers::Private::dropUntilLiving()
{
    for (auto it = members.begin(); it != members.end(); it = drop(it)) {
        const std::optional<ProcessStatus> status = statusOfMember(*it);
        if (status && !status->isOver())
            return;
    }
}

// If the end of a process was watched, the process has just ended. So the numbers of the groups and
// sessions that it has made still count in this walk. Other processes may have ended long ago, unless
// neither this walk nor the last one used pidfds: then there are frequent looks.
void TreeMembers::Private::lookAtKnown(bool hadPidFds)
{
    const bool watchesSome = usesPidFds || hadPidFds;
    bool isLate = false;
    for (auto it = members.begin(); it != members.end();) {
        const std::optional<ProcessStatus> status = statusOfMember(*it);
        if (!status || status->isOver()) {
            isLate = isLate || (watchesSome && !it->second.handle && it->first != root);
            it = drop(it);
            continue;
        }
        it->second.group = status->group;
        it->second.session = status->session;
        ++it;
    }
    if (isLate)
        forgetFreeNumbers(false);
}

// One pass over all processes. Returns whether another pass may find more.
bool TreeMembers::Private::findMore()
{
    bool hasFound = false;
    for (const pid_t pid : allProcesses())
        hasFound = (!members.contains(pid) && examine(pid)) || hasFound;
    return hasFound;
}

bool TreeMembers::Private::examine(pid_t pid)
{
    const std::optional<ProcessStatus> status = statusOf(pid);
    if (!status || status->isOver() || (pid != root && !belongs(*status)))
        return false;
    if (pid == root && !groups.contains(root))
        return false; // Another process that has got the number.
    add(pid, *status);
    return true;
}

// Looks at the parent after the status was read: if its start time is unchanged, the parent's number in
// the status means this parent.
bool TreeMembers::Private::belongs(const ProcessStatus &status) const
{
    if (groups.contains(status.group))
        return true;
    if (reach == Group)
        return false;
    const auto parent = members.find(status.parent);
    return sessions.contains(status.session)
        || (parent != members.end() && isStill(parent->first, parent->second.startTime));
}

void TreeMembers::Private::add(pid_t pid, const ProcessStatus &status)
{
    members.emplace(pid, Member{status.startTime, status.group, status.session, std::nullopt});
    if (reach == Group)
        return;
    if (status.group == pid)
        groups.insert(pid);
    if (status.session == pid)
        sessions.insert(pid);
}

// The number of an empty group may soon be another group's.
void TreeMembers::Private::forgetFreeNumbers(bool isGroupHeld)
{
    std::set<pid_t> usedGroups;
    std::set<pid_t> usedSessions;
    for (const auto &[pid, member] : members) {
        usedGroups.insert(member.group);
        usedSessions.insert(member.session);
    }
    if (isGroupHeld)
        usedGroups.insert(root);
    std::erase_if(groups, [&](pid_t number) { return !usedGroups.contains(number); });
    std::erase_if(sessions, [&](pid_t number) { return !usedSessions.contains(number); });
}

// In a shortage some are not watched. As long as one is, its end brings the next walk.
void TreeMembers::Private::watchSome()
{
    if (!usesPidFds)
        return;
    for (auto &[pid, member] : members) {
        if (watchedCount == maxWatched)
            return;
        if (!member.handle && pid != root) // The object watches the child itself.
            watch(pid, member);
    }
}

// poll(2) has no descriptor for a set: then the caller looks from time to time.
void TreeMembers::Private::watch(pid_t pid, Member &member)
{
    if (ends.descriptor() < 0 && (!ends.open() || ends.descriptor() < 0))
        return;
    ProcessHandle handle(pid);
    // Checked after the open, because another process may have got the number before.
    if (!handle.isOpen() || !isStill(pid, member.startTime)
        || !ends.add(handle.descriptor(), PollSet::Readable, static_cast<std::uint64_t>(pid)))
        return;
    member.handle = std::move(handle);
    ++watchedCount;
}

void eraseTornDown(std::vector<pid_t> &processes)
{
    std::erase_if(processes, [](pid_t pid) {
        const std::optional<ProcessStatus> status = statusOf(pid);
        if (status)
            return status->isTornDown();
        return ::kill(pid, 0) != 0 && errno == ESRCH; // /proc may hide it (hidepid).
    });
}

// The content ends with a newline (proc_pid_comm(5)).
std::string nameOfProcess(pid_t pid)
{
    const UniqueFd file = openProcFile(pid, "comm");
    char name[64];
    const ssize_t size = file ? ::read(file.get(), name, sizeof name) : 0;
    return size > 0 ? std::string(name, static_cast<std::size_t>(size) - 1) : std::string();
}

} // namespace ForkFd::Internal
