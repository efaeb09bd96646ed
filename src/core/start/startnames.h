// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_STARTNAMES_H
#define FORKFD_CORE_START_STARTNAMES_H

#include "core/start/failure.h"

#include <string>

namespace ForkFd::Internal {

class LaunchPlan;

/// The names of what a start needs, for the message when it fails. Kept in the parent: a child reports a
/// step and an errno, and allocates nothing.
struct StartNames
{
    std::string program; ///< The path that is executed; a relative one counts from `workingDirectory`.
    std::string workingDirectory;
    std::string controlGroup;

    static StartNames of(const LaunchPlan &plan);
    /// Names in `failure` what its step has failed with, unless there is no memory for it. Reads the
    /// program when the exec has failed, to see whether its interpreter is what is missing.
    void complete(LaunchFailure &failure) const noexcept;

private:
    void completeStep(LaunchFailure &failure) const;
    void completeExec(LaunchFailure &failure) const;
    std::string fromHere(const std::string &path) const;
};

} // namespace ForkFd::Internal

#endif
