// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_SUPERVISOR_H
#define FORKFD_FAULTS_SUPERVISOR_H

#include "callers.h"
#include "calls.h"
#include "fault.h"
#include "heldcalls.h"
#include "inspection.h"
#include "marker.h"
#include "subject.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace Faults {

/// The report on one process that played a scenario.
struct Report
{
    std::vector<Place> places; ///< The library's calls in the first start, in their order.
    std::vector<std::string> results; ///< The results of the scenario, one for each cycle.
    std::set<Place> reached; ///< The calls that failed or waited.
    std::vector<std::string> problems; ///< All other problems.
    Belongings belongings; ///< At the end.
    std::string log; ///< Standard output and error.
    double seconds = 0;
};

/// Plays a scenario and makes system calls of the library fail, or take longer.
class Supervisor
{
public:
    Supervisor(const Scenario &scenario, const std::string &backend);
    /// `healthy` is what the process has at the end without the failure.
    Supervisor(const Scenario &scenario, const std::string &backend, const Fault &fault,
               const Belongings &healthy);

    /// Prints each call.
    void trace() { m_traces = true; }
    Report run();

    static constexpr int cycles = 2;

private:
    using Clock = std::chrono::steady_clock;

    bool serve(std::chrono::milliseconds atMost);
    void handle(const seccomp_notif &call);
    bool handleMarker(const seccomp_notif &call);
    void handleLibraryCall(const seccomp_notif &call, std::string_view name);
    void handleAllocation(const seccomp_notif &call);
    bool isWatched(const seccomp_notif &call) const;
    const KnownCall *libraryCall(const seccomp_notif &call);
    const KnownCall *guardianCall(const seccomp_notif &call);
    bool isOfGuardian(const seccomp_notif &call) const;
    const Failure *failureAt(const Place &place) const;
    bool isEveryCallWatched() const { return m_fault && m_fault->isFilter(); }
    const std::string &actorOf(const seccomp_notif &call);
    std::string readText(const seccomp_notif &call, std::size_t size) const;
    void settle();
    void takeStock(std::chrono::milliseconds atMost);
    Belongings belongingsNow() const;
    bool hasTooMuch() const;
    void end();
    void killAll();
    void complain(const std::string &problem) { m_report.problems.push_back(problem); }

    const Scenario &m_scenario;
    const std::string m_backend;
    const std::optional<Fault> m_fault;
    const std::optional<Belongings> m_healthy;
    bool m_traces = false;
    Subject m_subject;
    Report m_report;
    int m_cycle = 0;
    bool m_isOn = false;
    bool m_hasEnded = false;
    std::optional<seccomp_notif> m_atEnd; ///< The marker that the subject waits in.
    std::map<pid_t, std::string> m_actors;
    std::map<std::string, int> m_actorCounts;
    std::map<pid_t, int> m_pauses;
    std::map<pid_t, CodeMap> m_guardians; ///< Those that have begun while the calls were watched.
    std::map<std::pair<std::string, std::string>, int> m_counts;
    HeldCalls m_held;
    Belongings m_before;
};

} // namespace Faults

#endif
