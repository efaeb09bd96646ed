// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_VERDICT_H
#define FORKFD_FAULTS_VERDICT_H

#include "fault.h"
#include "supervisor.h"

#include <cstddef>
#include <string>
#include <vector>

namespace Faults {

/// How the library has coped with a failure.
struct Verdict
{
    enum Kind {
        NotReached, ///< This time the call was not made: threads do not always come along in the same
                    ///< order.
        RightResult, ///< The scenario noticed nothing.
        StartError, ///< The start has failed with the step and the errno of the call.
        Expected, ///< Something else, which stands in the table with its reason.
        Once, ///< Something else, and not when the same call failed again.
        Wrong
    };

    Kind kind = NotReached;
    double seconds = 0; ///< How long it took, with its repetitions.
    std::vector<std::size_t> rows = {}; ///< With Expected: of that table.
    std::string text = {}; ///< With Expected, Once and Wrong: what happened.
};

/// Judges a run with that failure beside one without any.
Verdict judge(const Fault &fault, const Report &healthy, const Report &report);

} // namespace Faults

#endif
