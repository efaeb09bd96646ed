// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_TRACEDEXEC_H
#define FORKFD_FUZZ_TRACEDEXEC_H

#include <functional>
#include <string>

namespace Fuzz {

/// What execve(2) does with a file, found out without running a single instruction of it: the child is
/// traced, stops at its exec, and is killed.
struct TracedExec
{
    /// `exec` calls a function of the exec family in a child, and returns if that fails.
    explicit TracedExec(const std::function<void()> &exec);

    bool isTried = true; ///< False if this process may not trace a child.
    bool isExecuted = false;
    int errorCode = 0; ///< Of a failed exec.
    std::string script; ///< If a script was executed: the path that its interpreter gets.
};

} // namespace Fuzz

#endif
