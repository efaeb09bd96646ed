// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_FAULT_H
#define FORKFD_FAULTS_FAULT_H

#include "kind.h"

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace Faults {

/// The occurrence, with actor "any", that stands for a filter: it refuses every call of the kind.
inline constexpr int everyCall = 0;

/// Stands in the place of a system call's name for an allocation of memory.
inline constexpr const char *allocation = "malloc";

/// A system call of the library in a scenario: the n-th of its kind in one thread or child.
struct Place
{
    std::string actor; ///< "main", a thread of the library such as "sweeper1", "child1": a child between
                       ///< its creation and its exec, or "guardian1": the guardian's program.
    std::string call; ///< Its name in the table of calls.
    int occurrence = 1; ///< Counted from 1, for each actor and call. everyCall: all of them, in this and
                        ///< later starts.

    auto operator<=>(const Place &) const = default;
};

/// What happens to one call, or to all of a kind.
struct Failure
{
    Place place;
    std::string error; ///< The name of an errno value, or a delay: "30ms".

    Kind kind() const;
    /// How long the call is held; 0 if it fails.
    std::chrono::milliseconds delay() const;
    /// "main/pipe2#1/EMFILE"
    std::string text() const;
};

/// What happens in one run of a scenario.
struct Fault
{
    std::string scenario;
    std::string backend; ///< A value of FORKFD_BACKEND.
    std::vector<Failure> failures; ///< One, or a pair.

    Kind kind() const;
    /// Whether every call of a kind fails.
    bool isFilter() const;
    /// "plain/auto/main/pipe2#1/EMFILE", with "+main/wait4#1/ECHILD" for a pair, as --only takes it.
    std::string text() const;
    /// Nothing if the text names no fault.
    static std::optional<Fault> fromText(const std::string &text);
};

} // namespace Faults

#endif
