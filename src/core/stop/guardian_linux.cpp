// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/guardian.h"

#include "core/base/deadline.h"
#include "core/base/librarythread.h"
#include "core/base/processstatus_linux.h"
#include "core/base/signals.h"
#include "core/base/wait.h"
#include "core/stop/keeper.h"
#include "core/watch/exitwatch.h"
#include "guardian/message.h"
#include "guardian/send.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

using std::chrono::milliseconds;

// How long a new guardian may take to report that it is listening, and any guardian to make room for a
// message.
constexpr milliseconds launchTime(10'000);
constexpr timeval sendTime = {1, 0};
// How long to wait before a message that could not be sent is sent again.
constexpr milliseconds shortagePause(100);

// All guardians of this process and its ancestors, newest first. In its parent's objects a forked copy
// reads only members that never change.
constinit std::atomic<Guardian *> newest = nullptr;

bool hasEnded(int socket) noexcept
{
    pollfd entry = {socket, 0, 0};
    return ::poll(&entry, 1, 0) > 0;
}

// Returns 0 or an errno; EPIPE: the guardian has ended.
int awaitReady(int socket) noexcept
{
    pollfd entry = {socket, POLLIN, 0};
    const Deadline deadline(launchTime);
    int count;
    while ((count = ::poll(&entry, 1, deadline.pollTimeout())) < 0 && errno == EINTR) { }
    if (count <= 0)
        return count < 0 ? errno : ETIMEDOUT;
    GuardianMessage message;
    const ssize_t size = ::recv(socket, &message, sizeof message, MSG_DONTWAIT);
    if (size < 0 && errno != ECONNRESET)
        return errno;
    return size == static_cast<ssize_t>(sizeof message) ? message.errorCode : EPIPE;
}

// 0 if the leader was reaped, which the SIGCHLD backend does at once, except for the leader of a group.
// Then the number may have been another process's.
std::uint64_t startTimeOf(ExitWatch &leader) noexcept
try {
    const std::optional<ProcessStatus> status = statusOf(leader.pid());
    const bool isUnreaped = leader.sendSignal(0) != ESRCH || leader.sendSignalToGroup(0) != ESRCH;
    return status && isUnreaped ? status->startTime : 0;
} catch (const std::exception &) {
    return 0;
}

std::string nameOf(const std::string &path)
{
    return path.substr(path.rfind('/') + 1);
}

} // namespace

Guardian &Guardian::findOrMake(Launch program)
{
    std::unique_ptr<Guardian> fresh;
    const uid_t user = ::geteuid();
    Guardian *known = newest.load(std::memory_order_acquire);
    for (;;) {
        for (Guardian *guardian = known; guardian; guardian = guardian->m_before) {
            if (guardian->m_user == user && guardian->belongsToThisProcess())
                return *guardian;
        }
        if (!fresh)
            fresh = std::make_unique<Guardian>(program, user);
        fresh->m_before = known;
        // Release: a thread that sees the pointer sees the object.
        if (newest.compare_exchange_strong(known, fresh.get(), std::memory_order_acq_rel,
                                           std::memory_order_acquire))
            return *fresh.release();
    }
}

int Guardian::open(const PrivateCgroup &group, bool usesPidFds, TreeTicket &ticket)
{
    ScopedCgroup unused;
    const std::lock_guard lock(m_mutex);
    if (const int errorCode = ensureGuardian(unused.group))
        return errorCode;
    m_entries.push_back({.id = m_lastId + 1, .group = group.path()});
    const int errorCode = tellOwed(m_entries.back());
    if (errorCode != 0) {
        m_entries.pop_back();
        return errorCode;
    }
    ticket = {m_line, ++m_lastId, usesPidFds};
    return 0;
}

int Guardian::ensureGuardian(PrivateCgroup &unused)
{
    // Start the thread first: after unshare(CLONE_NEWPID) no thread can be created (EINVAL), and a
    // process between us and the guardian would be the init of the new namespace.
    const int errorCode = ensureThread();
    return errorCode != 0 || (m_line && !hasEnded(m_line->get())) ? errorCode : launch(unused);
}

// Connects a new guardian, and sends it all trees. `unused` gets the cgroup of a guardian that has
// ended.
int Guardian::launch(PrivateCgroup &unused)
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return errno;
    UniqueFd end(ends[0]); // Owned before the next line may throw.
    UniqueFd theirs(ends[1]);
    const auto ours = std::make_shared<UniqueFd>(std::move(end));
    constexpr int isOn = 1;
    if (::setsockopt(ours->get(), SOL_SOCKET, SO_SNDTIMEO, &sendTime, sizeof sendTime) != 0
        || ::setsockopt(theirs.get(), SOL_SOCKET, SO_PASSCRED, &isOn, sizeof isOn) != 0)
        return errno;
    PrivateCgroup cgroup;
    int errorCode = m_program(theirs.get(), cgroup);
    theirs.reset();
    if (errorCode == 0)
        errorCode = awaitReady(ours->get());
    if (errorCode != 0) {
        unused = std::move(cgroup);
        return errorCode;
    }
    unused = std::exchange(m_cgroup, std::move(cgroup)); // The guardian before was killed.
    m_line = ours;
    m_lastLaunch = Clock::now();
    m_failed.clear();
    for (Entry &entry : m_entries) {
        entry.owed = Owed::All;
        tellOwed(entry); // run() repeats what fails.
    }
    return 0;
}

// Returns 0 or an errno; then the message is still owed.
int Guardian::tellOwed(Entry &entry) noexcept
{
    int errorCode = 0;
    if (entry.owed != Owed::Nothing)
        errorCode = entry.owed == Owed::All ? sendAll(entry) : sendStarted(entry);
    if (errorCode == 0)
        entry.owed = Owed::Nothing;
    return errorCode;
}

void Guardian::tellFailed() noexcept
{
    m_failed.remove_if([this](const Entry &entry) {
        return tell({.kind = GuardianMessage::Forget, .tree = entry.id}) == 0;
    });
}

bool Guardian::isAnythingOwed() const noexcept
{
    return !m_failed.empty() || std::any_of(m_entries.begin(), m_entries.end(), [](const Entry &entry) {
        return entry.owed != Owed::Nothing;
    });
}

void Guardian::repeat() noexcept
{
    const std::lock_guard lock(m_mutex);
    for (Entry &entry : m_entries)
        tellOwed(entry);
    tellFailed();
}

int Guardian::sendStarted(const Entry &entry) noexcept
{
    GuardianMessage message = {.kind = GuardianMessage::Started, .tree = entry.id};
    message.leaderStart = entry.leaderStart;
    return tell(message);
}

// Also sends an entry whose leader is not known yet: keep() announces the leader later.
int Guardian::sendAll(const Entry &entry) noexcept
try {
    GuardianMessage message = {.tree = entry.id};
    int errorCode = 0;
    UniqueFd directory;
    if (!entry.group.empty()) {
        directory.reset(::open(entry.group.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!directory
            && errno != ENOENT) // Without its directory the child starts without the cgroup, too.
            return errno;
    }
    if (directory) {
        message.kind = GuardianMessage::Group;
        nameOf(entry.group).copy(message.name, sizeof message.name - 1);
        errorCode = tell(message, directory.get());
    }
    if (errorCode != 0 || entry.leader < 0)
        return errorCode;
    message.kind = GuardianMessage::Leader;
    message.leader = entry.leader;
    message.leaderStart = entry.leaderStart;
    errorCode = tell(message);
    return errorCode != 0 ? errorCode : sendStarted(entry);
} catch (const std::exception &) {
    return ENOMEM;
}

int Guardian::tell(const GuardianMessage &message, int fd) noexcept
{
    return sendToGuardian(m_line->get(), message, fd);
}

Guardian::Entries::iterator Guardian::find(std::uint64_t id) noexcept
{
    return std::find_if(m_entries.begin(), m_entries.end(),
                        [id](const Entry &entry) { return entry.id == id; });
}

void Guardian::keep(const TreeTicket &ticket, ExitWatch &leader, PrivateCgroup own) noexcept
{
    const std::uint64_t leaderStart = startTimeOf(leader);
    const std::lock_guard lock(m_mutex);
    const auto entry = find(ticket.tree);
    if (entry == m_entries.end())
        return;
    entry->leader = leader.pid();
    entry->leaderStart = leaderStart;
    entry->own = std::move(own);
    // If the lines differ, the child has reported to a guardian that has ended since then.
    entry->owed = ticket.line == m_line ? Owed::Started : Owed::All;
    if (tellOwed(*entry) != 0)
        m_wake.set();
}

void Guardian::close(const TreeTicket &ticket) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (const auto entry = find(ticket.tree); entry != m_entries.end())
        m_failed.splice(m_failed.end(), m_entries, entry);
    tellFailed();
    if (!m_failed.empty())
        m_wake.set();
}

int Guardian::ensureThread() noexcept
{
    if (m_hasThread)
        return 0;
    if (m_wake.readable < 0 && !m_wake.open(ExitEvent::Private))
        return errno;
    const int errorCode = startLibraryThread("forkfd-guard", threadMain, this);
    m_hasThread = errorCode == 0;
    return errorCode;
}

void Guardian::threadMain(void *self)
{
    static_cast<Guardian *>(self)->run();
}

void Guardian::run() noexcept
{
    const CancellationBlocker blocker;
    SignalGate gate;
    for (;;) {
        Line line;
        bool isIdle;
        bool isBehind;
        {
            const std::lock_guard lock(m_mutex);
            line = m_line;
            isIdle = isWithoutTrees();
            isBehind = isAnythingOwed();
        }
        const milliseconds longest = isBehind ? shortagePause : libraryThreadIdleTime;
        const int timeout = isIdle || isBehind ? static_cast<int>(longest.count()) : -1;
        pollfd entries[] = {{line ? line->get() : -1, POLLIN, 0}, {m_wake.readable, POLLIN, 0}};
        const int count = pollDescriptors(entries, std::size(entries), gate.timeout(timeout));
        gate.look();
        if (count > 0 && entries[1].revents != 0)
            m_wake.clear();
        if (count == 0 && isBehind)
            repeat();
        const bool hasWork = count > 0 && entries[0].revents != 0 ? receive(line) : !isIdle;
        if (!hasWork && mayEnd())
            return;
    }
}

bool Guardian::mayEnd() noexcept
{
    const std::lock_guard lock(m_mutex);
    m_hasThread = !isWithoutTrees();
    return !m_hasThread;
}

// Returns false if the guardian has ended, and there is no tree for another one.
bool Guardian::receive(const Line &line) noexcept
{
    GuardianMessage message;
    const ssize_t size = ::recv(line->get(), &message, sizeof message, MSG_DONTWAIT);
    if (size == 0 || (size < 0 && errno == ECONNRESET))
        return replace(line);
    if (size < 0 && errno != EAGAIN && errno != EINTR)
        pauseFor(milliseconds(10)); // The guardian lives, and must not think that we have ended.
    if (size < 0)
        return true;
    if (message.kind == GuardianMessage::Gone)
        forget(message.tree);
    return true;
}

void Guardian::removeCgroupOf(const Line &line) noexcept
{
    PrivateCgroup group;
    {
        const std::lock_guard lock(m_mutex);
        if (m_line == line)
            group = std::exchange(m_cgroup, {});
    }
    Keeper::remove(std::move(group));
}

// The guardian of this line has ended.
bool Guardian::replace(const Line &line) noexcept
{
    removeCgroupOf(line);
    constexpr milliseconds longestPause(1000);
    milliseconds pause(10);
    if (Clock::now() - m_lastLaunch.load() < longestPause)
        pauseFor(pause * 10); // Something may kill each guardian at once.
    for (;; pause = std::min(pause * 2, longestPause)) {
        {
            ScopedCgroup unused;
            const std::lock_guard lock(m_mutex);
            if (m_entries.empty()) {
                m_failed.clear();
                return false;
            }
            if (m_line != line || tryLaunch(unused.group))
                return true; // Replaced here, or by a start.
        }
        pauseFor(pause);
    }
}

bool Guardian::tryLaunch(PrivateCgroup &unused) noexcept
try {
    return launch(unused) == 0;
} catch (const std::exception &) { // For lack of memory.
    return false;
}

void Guardian::forget(std::uint64_t id) noexcept
{
    Entries over;
    {
        const std::lock_guard lock(m_mutex);
        if (const auto entry = find(id); entry != m_entries.end())
            over.splice(over.begin(), m_entries, entry);
    }
    for (Entry &entry : over)
        Keeper::remove(std::move(entry.own));
}

} // namespace ForkFd::Internal
