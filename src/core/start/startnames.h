// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_STARTNAMES_H
#define FORKFD_CORE_START_STARTNAMES_H

#include "core/start/failure.h"

#include <string>

namespace ForkFd::Internal {

class StartPlan;

/// The names for the message of a failed start. They are kept in the parent, because a child reports
/// only a step and an errno.
struct StartNames
{
    std::string program; ///< The path that is executed; may be relative to `workingDirectory`.
    std::string workingDirectory;
    std::string controlGroup;

    static StartNames of(const StartPlan &plan);
    /// Adds the subject to `failure`, unless there is no memory for it. After a failed exec it reads
    /// the program, to find out whether the interpreter is missing.
    void complete(StartFailure &failure) const noexcept;

private:
    void completeStep(StartFailure &failure) const;
    void completeExec(StartFailure &failure) const;
    std::string fromHere(const std::string &path) const;
};

} // namespace ForkFd::Internal

#endif
