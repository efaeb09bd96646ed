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
    int listener = -1; ///< Where its system calls are heard of; -1: there are no such filters here.
    int pidfd = -1;
    int log = -1; ///< What it and its children write to standard output and error.

    static Subject start(const Scenario &scenario, const std::string &backend, int cycles);
    /// What it has written; closes all descriptors.
    std::string finish();
};

} // namespace Faults

#endif
