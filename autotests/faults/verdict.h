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

/// How the library coped with a failure.
struct Verdict
{
    enum Kind {
        NotReached, ///< The call was not made this time: the order of threads varies.
        RightResult, ///< The scenario has its right result.
        StartError, ///< The start failed with a step and the errno of the call.
        Expected, ///< Something else, with a reason in expected.cpp.
        Once, ///< Something else, but not when the same call failed again.
        Wrong
    };

    Kind kind = NotReached;
    double seconds = 0; ///< With its repetitions.
    std::vector<std::size_t> rows = {}; ///< With Expected: the rows of expected.cpp.
    std::string text = {}; ///< With Expected, Once and Wrong: what happened.
};

/// Judges a run with that failure by a run without one.
Verdict judge(const Fault &fault, const Report &healthy, const Report &report);

/// A verdict as text, for the pipe between two processes.
std::string pack(const Verdict &verdict);
Verdict unpack(const std::string &text);

} // namespace Faults

#endif
