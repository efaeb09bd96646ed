// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXITINFO_H
#define FORKFD_EXITINFO_H

#include <ForkFd/export.h>
#include <ForkFd/stepname.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include <sys/resource.h>

/// \file
/// The values that all parts of ForkFd report: how a child ended, why a start failed, and the backend.

namespace ForkFd {

/// How a child ended. The exit code and the signal number are separate fields. \ingroup ending
struct FORKFD_EXPORT ExitInfo
{
    /// Why the child ended.
    enum Reason {
        Exited, ///< It called exit() or returned from main().
        Signaled, ///< A signal killed it.
        Unknown ///< The exit status is lost: other code of the process took it, or SIGCHLD is ignored.
                ///< Also the value before an end and after a failed start.
    };

    Reason reason = Unknown; ///< Why the child ended.
    int code = -1; ///< Exit code, 0 to 255, with Exited; -1 otherwise.
    int signal = 0; ///< Signal number with Signaled; 0 otherwise.
    bool coreDumped = false; ///< With Signaled: the kernel wrote a core dump.
    /// Whether `usage` was measured. `usage` never covers the whole tree of the child.
    bool hasUsage = false;
    /// The resources that the child used, and those of its descendants that ended and were waited for
    /// before (getrusage(2)). Descendants that outlived the child, or that were killed with its group or
    /// tree, are not included: ChildProcess::resourceUsage() may count them.
    struct rusage usage = {};

    /// Returns the time spent in user mode; 0 without `hasUsage`.
    std::chrono::microseconds userTime() const noexcept;
    /// Returns the time that the kernel spent for the child; 0 without `hasUsage`.
    std::chrono::microseconds systemTime() const noexcept;
    /// Returns the largest resident size of any single process that `usage` covers, in bytes; 0 without
    /// `hasUsage`.
    std::int64_t maxResidentBytes() const noexcept;
    /// Returns one line for a log, such as "killed by SIGSEGV, core dumped".
    std::string toString() const;

    /// Compares all fields, including the resource usage.
    friend FORKFD_EXPORT bool operator==(const ExitInfo &, const ExitInfo &) noexcept;
    /// Compares all fields, including the resource usage.
    friend bool operator!=(const ExitInfo &a, const ExitInfo &b) noexcept { return !(a == b); }
};

/// Why a child could not be started: the step that failed, its errno and its subject. \ingroup starting
struct FORKFD_EXPORT StartError
{
    StepName step; ///< Name of the failed step, which compares as text; null if nothing failed.
    int errorCode = 0; ///< An errno value; 0 if nothing failed.
    /// The program, file or directory that the step failed on, or "interpreter /bin/x of script".
    std::string subject = {};

    /// Creates the value for a start that did not fail.
    StartError() = default;
    /// Creates the value for a failure of the step `failedStep`, which must be a static string.
    StartError(const char *failedStep, int error, std::string failedOn = {}) noexcept
        : step(failedStep)
        , errorCode(error)
        , subject(std::move(failedOn))
    {
    }

    /// Returns one line for a log, such as "exec: /bin/x: No such file or directory"; empty if nothing
    /// failed.
    std::string toString() const;

    /// Compares the name of the step and the errno, but not the subject.
    friend FORKFD_EXPORT bool operator==(const StartError &, const StartError &) noexcept;
    /// Compares the name of the step and the errno, but not the subject.
    friend bool operator!=(const StartError &a, const StartError &b) noexcept { return !(a == b); }
};
/** \addtogroup ending */ /** \{ */
/// How the library notices the end of a child.
enum class Backend {
    PidFd, ///< A Linux pidfd for each child (Linux 5.4 or newer).
    SigChld ///< One SIGCHLD handler for the process; uses POSIX interfaces only.
};

/// Returns the backend that this process uses.
FORKFD_EXPORT Backend backend() noexcept;
/// Returns the name of the interface with which this process creates children, such as "clone3".
FORKFD_EXPORT const char *rung() noexcept;
/** \} */
} // namespace ForkFd

#endif
