// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_FAULTLIST_H
#define FORKFD_FAULTS_FAULTLIST_H

#include "course.h"
#include "fault.h"

#include <string>
#include <vector>

namespace Faults {

/// All faults of one kind, at the calls that a run without a failure makes. The pattern of the shell is
/// that of --place. For pairs: their first failures.
std::vector<Fault> faultsOf(const Course &course, Kind kind, const std::string &pattern);
/// The pairs that begin with the failure that the report is about.
std::vector<Fault> pairsOf(const Course &course, const Fault &first, const Report &report);

} // namespace Faults

#endif
