// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_SUBJECT_H
#define FORKFD_FAULTS_SUBJECT_H

#include "scenario.h"

#include <string>

#include <sys/types.h>

namespace Faults {

/// A forked copy of this process that plays a scenario under the filter, and exits.
struct Subject
{
    pid_t pid = -1;
    int listener = -1; ///< Gets its system calls; -1: there are no such filters.
    int pidfd = -1;
    int log = -1; ///< The output of the copy and its children.

    /// `reportsAllocations`: it sends Marker::Allocation.
    static Subject start(const Scenario &scenario, const std::string &backend, int cycles,
                         bool reportsAllocations);
    /// Returns the output and closes all descriptors.
    std::string finish();
};

} // namespace Faults

#endif
