// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_FAILURE_H
#define FORKFD_CORE_START_FAILURE_H

#include <ForkFd/spawn.h>

#include <array>
#include <string>
#include <utility>

namespace ForkFd::Internal {

/// Text that needs no allocation; longer text is cut off.
using ShortText = std::array<char, 256>;

/// A child's report of its failure. Plain bytes, because the child must not allocate.
struct ReportedFailure
{
    const char *step = nullptr; ///< A static string: valid on both sides of a fork.
    int errorCode = 0;
    bool modifierThrew = false; ///< With step `modifier`: it threw an exception.
    ShortText details = {}; ///< The modifier's reason, or the function that failed; may be empty.
};

/// Why a start has failed, with the names that the parent adds.
struct StartFailure
{
    StartFailure() = default;
    /// Found out by the parent.
    StartFailure(StartError itsError) noexcept
        : error(std::move(itsError))
    {
    }
    /// Reported by the child.
    explicit StartFailure(const ReportedFailure &reported) noexcept
        : error{reported.step, reported.errorCode}
        , isInChild(true)
        , modifierThrew(reported.modifierThrew)
        , details(reported.details)
    {
    }

    StartError error = {};
    bool isInChild = false; ///< It came about in a child.
    bool modifierThrew = false;
    ShortText details = {};
    /// With step `exec`, if an interpreter cannot be executed: its path and the file that names it.
    std::string interpreter = {};
    std::string interpreted = {};
};

} // namespace ForkFd::Internal

#endif
