// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_FAILURE_H
#define FORKFD_CORE_START_FAILURE_H

#include <ForkFd/spawn.h>

#include <array>
#include <string>
#include <utility>

namespace ForkFd::Internal {

/// Text that needs no allocation; what is too long for it is cut off.
using ShortText = std::array<char, 256>;

/// What a child reports of its failure: plain bytes, and nothing that it would have to allocate.
struct ReportedFailure
{
    const char *step = nullptr; ///< A static string: valid on both sides of a fork.
    int errorCode = 0;
    bool modifierThrew = false; ///< With step `modifier`: it was left by an exception.
    ShortText details = {}; ///< What the modifier said, or the function that failed; may be empty.
};

/// Why a start has failed, in full.
struct LaunchFailure
{
    LaunchFailure() = default;
    /// Found out by the parent.
    LaunchFailure(StartError itsError) noexcept
        : error(std::move(itsError))
    {
    }
    /// Reported by the child.
    explicit LaunchFailure(const ReportedFailure &reported) noexcept
        : error{reported.step, reported.errorCode}
        , isInChild(true)
        , modifierThrew(reported.modifierThrew)
        , details(reported.details)
    {
    }

    StartError error = {};
    bool isInChild = false; ///< It got as far as to have a child.
    bool modifierThrew = false;
    ShortText details = {};
    /// With step `exec`, where the program's interpreter is what cannot be executed: that interpreter,
    /// and the file that it is to run. Else empty.
    std::string interpreter = {};
    std::string interpreted = {};
};

} // namespace ForkFd::Internal

#endif
