// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXITINFO_H
#define FORKFD_EXITINFO_H

#include <ForkFd/export.h>

#include <chrono>
#include <cstdint>
#include <string>

#include <sys/resource.h>

/// \file
/// The values that all parts of ForkFd report: how a child ended, why a start failed, and which backend
/// notices the end.

namespace ForkFd {

/// How a child ended. An exit code and a signal number are two fields and never mix.
struct FORKFD_EXPORT ExitInfo
{
    /// What brought the child to its end.
    enum Reason {
        Exited, ///< It called exit() or returned from main().
        Signaled, ///< A signal killed it.
        Unknown ///< Another part of the process collected the status, and nobody knows it any more.
    };

    Reason reason = Unknown; ///< What brought the child to its end.
    int code = -1; ///< Exit code, 0 to 255, with Exited; -1 otherwise.
    int signal = 0; ///< Signal number with Signaled; 0 otherwise.
    bool coreDumped = false; ///< With Signaled: the kernel wrote a core dump.
    bool hasUsage = false; ///< Whether `usage` was measured.
    /// What the child used, and those of its descendants that ended before it and were waited for by
    /// their parents (getrusage(2)). Processes that it left behind, or that a kill of its group or tree
    /// ended with it, are not in it.
    struct rusage usage = {};

    /// Time spent in user mode; 0 without `hasUsage`.
    std::chrono::microseconds userTime() const noexcept;
    /// Time that the kernel spent for the child; 0 without `hasUsage`.
    std::chrono::microseconds systemTime() const noexcept;
    /// Largest resident size of any one process behind `usage`, in bytes; 0 without `hasUsage`.
    std::int64_t maxResidentBytes() const noexcept;
    /// One line for a log, such as "killed by SIGSEGV, core dumped".
    std::string toString() const;

    /// Equal when every field is, the resource usage included.
    friend FORKFD_EXPORT bool operator==(const ExitInfo &, const ExitInfo &) noexcept;
    /// Differs in some field.
    friend bool operator!=(const ExitInfo &a, const ExitInfo &b) noexcept { return !(a == b); }
};

/// Why a child could not be started: the step that failed, its errno, and what it has failed with.
struct FORKFD_EXPORT StartError
{
    const char *step = nullptr; ///< Name of the failed step, a static string; null when nothing failed.
    int errorCode = 0; ///< An errno value; 0 when nothing failed.
    /// What the step has failed with: the program, file or directory, or, as "interpreter /bin/x of
    /// script", the interpreter of a script.
    std::string subject = {};

    /// One line for a log, such as "exec: /bin/x: No such file or directory"; empty when nothing failed.
    std::string toString() const;

    /// Equal when the step has the same name and the errno is the same, whatever the subject.
    friend FORKFD_EXPORT bool operator==(const StartError &, const StartError &) noexcept;
    /// Differs in the step or the errno.
    friend bool operator!=(const StartError &a, const StartError &b) noexcept { return !(a == b); }
};

/// How the end of a child is noticed.
enum class Backend {
    PidFd, ///< A Linux pidfd for each child (Linux 5.4 or newer).
    SigChld ///< One SIGCHLD handler for the process, on every POSIX system.
};

/// The backend that this process uses.
FORKFD_EXPORT Backend backend() noexcept;

} // namespace ForkFd

#endif
