// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_WALK_H
#define FORKFD_FAULTS_WALK_H

#include "kind.h"

#include <cstdint>
#include <string>
#include <vector>

namespace Faults {

struct WalkOptions
{
    enum Task { Walk, List, Calls };

    Task task = Walk;
    bool isFull = false;
    bool isVerbose = false;
    int seconds = 120;
    std::uint32_t seed = 0;
    std::string scenario = "*";
    std::string place = "*";
    std::string only;
    std::vector<Kind> kinds;
    std::string report; ///< A file for the figures as JSON; empty: none.
    int jobs = 1;
};

/// Plays all failures, or a sample. Returns the exit code: 0 if nothing was wrong, 77 if the kernel has
/// no such filters.
int walk(const WalkOptions &options);
/// Plays one failure, and prints each call.
int walkOne(const WalkOptions &options);

} // namespace Faults

#endif
