// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "course.h"

#include <algorithm>
#include <set>

#include <fnmatch.h>

namespace Faults {

namespace {

constexpr const char *backends[] = {"auto", "sigchld"};

// Adds the places of one run, and keeps the largest belongings of all runs.
void merge(Report &all, const Report &one)
{
    const std::set<Place> known(all.places.begin(), all.places.end());
    for (const Place &place : one.places) {
        if (!known.contains(place))
            all.places.push_back(place);
    }
    for (const auto &[kind, count] : one.belongings.descriptors)
        all.belongings.descriptors[kind] = std::max(all.belongings.descriptors[kind], count);
    all.belongings.threads = std::max(all.belongings.threads, one.belongings.threads);
    all.belongings.mappings = std::max(all.belongings.mappings, one.belongings.mappings);
}

} // namespace

std::vector<Course> coursesFor(const std::string &pattern)
{
    std::vector<Course> courses;
    for (const Scenario &scenario : allScenarios()) {
        for (const char *backend : backends) {
            if (fnmatch(pattern.c_str(), scenario.name, 0) == 0)
                courses.push_back({&scenario, backend, {}, {}});
        }
    }
    return courses;
}

void learn(Course &course, int times)
{
    for (int i = 0; i < times && course.complaint.empty(); ++i) {
        const Report report = Supervisor(*course.scenario, course.backend).run();
        if (course.healthy.results.empty())
            course.healthy = report;
        else
            merge(course.healthy, report);
        if (report.results != course.healthy.results || report.results.size() != Supervisor::cycles)
            course.complaint +=
                "not the same each time: " + (report.results.empty() ? "" : report.results[0]) + "; ";
        for (const std::string &problem : report.problems)
            course.complaint += problem + "; ";
        if (!course.complaint.empty())
            course.complaint += report.log;
    }
}

} // namespace Faults
