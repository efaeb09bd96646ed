// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "supervisor.h"

#include "expected.h"
#include "filter.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include <linux/sched.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Faults {

namespace {

using namespace std::chrono_literals;

/// A run that takes longer hangs.
constexpr auto bound = 10s;
/// The time that the library's threads may need after the scenario.
constexpr auto settlingTime = 3s;
/// The same before the next start, which need not wait for them.
constexpr auto shortSettlingTime = 300ms;
/// The time that a guardian may need after the end of its program, if processes may be left anyway.
constexpr auto shortPatience = 1s;
/// The time that they may need to close the descriptors of a child that they have reaped.
constexpr auto closingTime = 1s;
/// They are done when nothing changes for this long.
constexpr auto quietTime = 20ms;

} // namespace

Supervisor::Supervisor(const Scenario &scenario, const std::string &backend)
    : m_scenario(scenario)
    , m_backend(backend)
{
}

Supervisor::Supervisor(const Scenario &scenario, const std::string &backend, const Fault &fault,
                       const Belongings &healthy)
    : m_scenario(scenario)
    , m_backend(backend)
    , m_fault(fault)
    , m_healthy(healthy)
{
}

Report Supervisor::run()
{
    const auto begin = Clock::now();
    const bool reportsAllocations = !m_fault || m_fault->kind() == Kind::Allocations;
    m_subject = Subject::start(m_scenario, m_backend, cycles, reportsAllocations);
    if (m_subject.listener < 0)
        complain("no filter");
    while (m_subject.listener >= 0 && !m_hasEnded) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(begin + bound - Clock::now());
        if (left <= 0ms) {
            complain("hangs:" + activityOf(m_subject.pid) + describe(descendantsOf(m_subject.pid)));
            break;
        }
        serve(left);
        if (m_atEnd)
            settle();
    }
    end();
    m_report.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    return m_report;
}

// Answers the calls that have come, at least one unless the time is up. False: none came.
bool Supervisor::serve(std::chrono::milliseconds atMost)
{
    m_held.release(m_subject.listener);
    pollfd entries[] = {{m_subject.listener, POLLIN, 0}, {m_hasEnded ? -1 : m_subject.pidfd, POLLIN, 0}};
    if (poll(entries, 2, static_cast<int>(m_held.untilNext(atMost).count())) <= 0)
        return false;
    if (entries[0].revents & POLLIN) {
        seccomp_notif call;
        if (receive(m_subject.listener, call) == 1)
            handle(call);
        return true;
    }
    m_hasEnded = m_hasEnded || (entries[1].revents & POLLIN) != 0;
    return false;
}

// A guardian's calls are watched as long as it lives: it works when the scenario is over.
bool Supervisor::isOfGuardian(const seccomp_notif &call) const
{
    return m_guardians.contains(static_cast<pid_t>(call.pid));
}

void Supervisor::handle(const seccomp_notif &call)
{
    if (call.data.nr == SYS_prctl && handleMarker(call))
        return;
    if (const KnownCall *known = isWatched(call) ? libraryCall(call) : nullptr)
        handleLibraryCall(call, known->name);
    else
        letThrough(m_subject.listener, call);
}

bool Supervisor::isWatched(const seccomp_notif &call) const
{
    const auto pause = m_pauses.find(static_cast<pid_t>(call.pid));
    return (m_isOn && (pause == m_pauses.end() || pause->second == 0)) || isOfGuardian(call);
}

bool Supervisor::handleMarker(const seccomp_notif &call)
{
    const auto thread = static_cast<pid_t>(call.pid);
    switch (static_cast<Marker>(call.data.args[0])) {
    case Marker::Ready:
        m_before = Belongings::of(m_subject.pid);
        break;
    case Marker::Begin:
        ++m_cycle;
        m_isOn = m_cycle == 1 || isEveryCallWatched();
        break;
    case Marker::End:
        m_report.results.push_back(readText(call, call.data.args[2]));
        m_atEnd = call;
        return true;
    case Marker::Pause:
        ++m_pauses[thread];
        break;
    case Marker::Resume:
        --m_pauses[thread];
        break;
    case Marker::Allocation:
        handleAllocation(call);
        return true;
    default:
        return false;
    }
    answer(m_subject.listener, call, 0);
    return true;
}

// The table's entry for a call of the library; null for all other calls.
const KnownCall *Supervisor::libraryCall(const seccomp_notif &call)
{
    const auto thread = static_cast<pid_t>(call.pid);
    if (isOfGuardian(call) || (thread != m_subject.pid && isGuardian(thread)))
        return guardianCall(call);
    const KnownCall *known = findCall(call.data);
    const Call origin = CodeMap::ofWalker().callerOf(thread, call.data.instruction_pointer);
    if (!known) {
        if (origin.caller == Caller::Library)
            complain("calls.cpp does not know system call " + std::to_string(call.data.nr));
        return nullptr;
    }
    // A thread belongs to the library even if Qt or libc creates it for the library.
    const bool isThread =
        known->name == "clone3" || known->name.starts_with("clone") || known->name == "mmap:stack";
    if (isThread)
        return known;
    const bool isMemory = known->name == "mmap" || known->name == "mprotect" || known->name == "madvise";
    if (isMemory)
        return origin.caller == Caller::Library && origin.isDirect ? known : nullptr;
    if (origin.caller == Caller::System) // The child of posix_spawn(3) runs in libc.
        return actorOf(call).starts_with("child") ? known : nullptr;
    return origin.caller == Caller::Library ? known : nullptr;
}

// Before its first own call, which sets its name, the calls are those of the dynamic linker.
const KnownCall *Supervisor::guardianCall(const seccomp_notif &call)
{
    const auto pid = static_cast<pid_t>(call.pid);
    if (!isOfGuardian(call)) {
        if (call.data.nr != SYS_prctl || call.data.args[0] != PR_SET_NAME)
            return nullptr;
        m_guardians.emplace(pid, CodeMap::ofGuardian(pid));
        m_actors[pid] = "guardian" + std::to_string(++m_actorCounts["guardian"]);
    }
    const Call origin = m_guardians.at(pid).callerOf(pid, call.data.instruction_pointer);
    const KnownCall *known = findCall(call.data);
    if (!known && origin.caller == Caller::Library)
        complain("calls.cpp does not know system call " + std::to_string(call.data.nr));
    return origin.caller == Caller::Library ? known : nullptr;
}

void Supervisor::handleAllocation(const seccomp_notif &call)
{
    if (!isWatched(call)) {
        answer(m_subject.listener, call, 0);
        return;
    }
    if (m_traces)
        std::printf("  %s\n", readText(call, call.data.args[2]).c_str());
    handleLibraryCall(call, allocation);
    if (actorOf(call).starts_with("child"))
        complain("allocates memory between clone and exec");
}

void Supervisor::handleLibraryCall(const seccomp_notif &call, std::string_view name)
{
    const std::string &actor = actorOf(call);
    Place place{actor, std::string(name), 0};
    place.occurrence = ++m_counts[{place.actor, place.call}];
    if (m_cycle == 1 || isOfGuardian(call))
        m_report.places.push_back(place);
    const Failure *failure = failureAt(place);
    if (m_traces) {
        std::printf("  %s %s#%d%s%s\n", place.actor.c_str(), place.call.c_str(), place.occurrence,
                    failure ? ": " : "", failure ? failure->error.c_str() : "");
        std::fflush(stdout);
    }
    if (!failure && name == allocation)
        return answer(m_subject.listener, call, 0);
    if (!failure)
        return letThrough(m_subject.listener, call);
    m_report.reached.insert(failure->place);
    if (failure->kind() == Kind::Delays)
        m_held.hold(call, failure->delay());
    else
        answer(m_subject.listener, call, -errorNumber(failure->error));
}

const Failure *Supervisor::failureAt(const Place &place) const
{
    if (!m_fault)
        return nullptr;
    const auto isMeant = [&](const Failure &failure) {
        return failure.place.occurrence == everyCall ? failure.place.call == place.call
                                                     : failure.place == place;
    };
    const auto failure = std::find_if(m_fault->failures.begin(), m_fault->failures.end(), isMeant);
    return failure == m_fault->failures.end() ? nullptr : &*failure;
}

// Numbers the actors of one kind in the order of their first calls. The first call of a library thread
// sets its name.
const std::string &Supervisor::actorOf(const seccomp_notif &call)
{
    const auto thread = static_cast<pid_t>(call.pid);
    std::string &actor = m_actors[thread];
    if (!actor.empty())
        return actor;
    if (thread == m_subject.pid)
        return actor = "main";
    std::string kind = "child";
    if (processOf(thread) == m_subject.pid) {
        const bool isNamed = call.data.nr == SYS_prctl && call.data.args[0] == PR_SET_NAME;
        constexpr std::string_view prefix = "forkfd-";
        const std::string name = isNamed ? readText(call, 15).c_str() : "";
        kind = name.starts_with(prefix) ? name.substr(prefix.size()) : "thread";
    }
    const int number = ++m_actorCounts[kind];
    return actor = kind + std::to_string(number);
}

// The text that the second argument points to.
std::string Supervisor::readText(const seccomp_notif &call, std::size_t size) const
{
    std::string text(size, '\0');
    iovec local = {text.data(), text.size()};
    const iovec remote = {reinterpret_cast<void *>(call.data.args[1]), text.size()};
    if (!text.empty() && process_vm_readv(m_subject.pid, &local, 1, &remote, 1, 0) < 0)
        return "(unreadable)";
    return text;
}

// The scenario has ended. Its children, and the library's threads with them, may need a moment.
void Supervisor::settle()
{
    const bool isLast = m_cycle == cycles;
    const bool isPatient = isLast && !(m_fault && mayLeaveChildren(*m_fault));
    const auto deadline = Clock::now() + (isPatient ? settlingTime : shortSettlingTime);
    std::vector<pid_t> left;
    while (!(left = descendantsOf(m_subject.pid)).empty() && Clock::now() < deadline) {
        while (serve(2ms)) { }
    }
    while (serve(0ms)) { }
    if (isLast && !left.empty())
        complain("left:" + describe(left));
    if (isLast)
        takeStock(left.empty() ? closingTime : 0s);
    answer(m_subject.listener, *m_atEnd, 0);
    m_atEnd.reset();
    if (m_cycle == 1 && !isEveryCallWatched())
        m_isOn = false;
}

// Waits until the process has only what it keeps without a failure. A run without a failure waits until
// nothing changes.
void Supervisor::takeStock(std::chrono::milliseconds atMost)
{
    const auto end = Clock::now() + atMost;
    auto change = Clock::now();
    std::map<std::string, int> seen;
    const auto isDone = [&] {
        m_report.belongings = belongingsNow();
        if (m_healthy)
            return !hasTooMuch();
        if (m_report.belongings.descriptors != std::exchange(seen, m_report.belongings.descriptors))
            change = Clock::now();
        return Clock::now() - change > quietTime;
    };
    while (!isDone() && Clock::now() < end) {
        while (serve(5ms)) { }
    }
    const std::string changes = m_report.belongings.signalChanges(m_before);
    if (!changes.empty())
        complain("after it:" + changes);
}

Belongings Supervisor::belongingsNow() const
{
    Belongings now = Belongings::of(m_subject.pid);
    now.subtract(m_before);
    if (m_scenario.hasIdleThreads)
        now.threads = now.mappings = 0;
    return now;
}

// Does not count what a row of the table explains: it stays.
bool Supervisor::hasTooMuch() const
{
    const std::string residue = m_report.belongings.beyond(*m_healthy);
    return !residue.empty() && !expectedRow(*m_fault, "left:" + residue);
}

void Supervisor::end()
{
    if (m_hasEnded) {
        siginfo_t info = {};
        waitid(P_PID, static_cast<id_t>(m_subject.pid), &info, WEXITED | WNOHANG);
        if (info.si_code != CLD_EXITED)
            complain(std::string("dies of ") + strsignal(info.si_status));
        else if (info.si_status != 0)
            complain("exits with " + std::to_string(info.si_status));
    }
    killAll();
    m_report.log = m_subject.finish();
}

// This process is a subreaper: every orphan becomes our child. After a normal end the library has killed
// the children that it was stopping. Detached children end by themselves.
void Supervisor::killAll()
{
    std::vector<pid_t> left = descendantsOf(getpid());
    const auto patience = m_fault && mayLeaveChildren(*m_fault) ? shortPatience : settlingTime;
    for (const auto deadline = Clock::now() + (m_hasEnded ? patience : 0s);
         !left.empty() && Clock::now() < deadline;) {
        while (serve(left.empty() ? 0ms : 1ms) && Clock::now() < deadline) { }
        while (waitpid(-1, nullptr, WNOHANG | __WALL) > 0) { }
        left = descendantsOf(getpid());
    }
    if (!left.empty() && m_hasEnded)
        complain("outlives the process:" + describe(left));
    while (!left.empty()) {
        for (const pid_t pid : left)
            kill(pid, SIGKILL);
        while (waitpid(-1, nullptr, WNOHANG | __WALL) > 0) { }
        left = descendantsOf(getpid());
        poll(nullptr, 0, left.empty() ? 0 : 1);
    }
}

} // namespace Faults
