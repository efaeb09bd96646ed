// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_COURSE_H
#define FORKFD_FAULTS_COURSE_H

#include "scenario.h"
#include "supervisor.h"

#include <string>
#include <vector>

namespace Faults {

/// A scenario with one backend, and its run without a failure.
struct Course
{
    const Scenario *scenario;
    std::string backend;
    Report healthy;
    std::string complaint; ///< Why it cannot be used; empty: it can.

    std::string name() const { return std::string(scenario->name) + '/' + backend; }
};

/// Those of the scenarios that match a pattern of the shell.
std::vector<Course> coursesFor(const std::string &pattern);
/// Plays it without a failure.
void learn(Course &course, int times);

} // namespace Faults

#endif
