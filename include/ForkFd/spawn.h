// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_SPAWN_H
#define FORKFD_SPAWN_H

#include <ForkFd/export.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

/// \file
/// Start a child process and learn how it ended, in C++17 without Qt.

namespace ForkFd {

namespace Internal {
class ExitWatch;
/// Deletes the watch of an ended child; one whose child still runs goes to the reaper if it has to.
struct FORKFD_EXPORT LeaveToReaper
{
    void operator()(ExitWatch *watch) const noexcept;
};
using ExitWatchPtr = std::unique_ptr<ExitWatch, LeaveToReaper>;
} // namespace Internal

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
    struct rusage usage = {}; ///< What the child and its own collected children used; see getrusage(2).

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

/// Why a child could not be started: the step that failed and its errno.
struct FORKFD_EXPORT StartError
{
    const char *step = nullptr; ///< Name of the failed step, a static string; null when nothing failed.
    int errorCode = 0; ///< An errno value; 0 when nothing failed.

    /// One line for a log, such as "exec: No such file or directory"; empty when nothing failed.
    std::string toString() const;

    /// Equal when the step has the same name and the errno is the same.
    friend FORKFD_EXPORT bool operator==(const StartError &, const StartError &) noexcept;
    /// Differs in the step or the errno.
    friend bool operator!=(const StartError &a, const StartError &b) noexcept { return !(a == b); }
};

/// What to start.
struct Command
{
    /// The program and its arguments. A program without a slash is searched in the parent's PATH;
    /// a relative path counts from `workingDirectory`.
    std::vector<std::string> argv;
    /// The child's whole environment as "NAME=value"; without a value: the parent's.
    std::optional<std::vector<std::string>> environment = {};
    std::string workingDirectory = {}; ///< Empty: the parent's.
};

/// Gives the child a descriptor of the parent under a number of its own.
struct FileDescriptor
{
    int childFd = -1; ///< The number in the child, 0 or more.
    int parentFd = -1; ///< An open descriptor of the parent. It stays open and unchanged there.
};

/// How to start it: what else is to be different in the child. Every member's default changes nothing.
struct LaunchOptions
{
    /// Descriptors that the child gets, all of them as if at once: any permutation is allowed.
    std::vector<FileDescriptor> fileDescriptors = {};
    /// The child's signal mask; without a value the one of the thread that starts it.
    std::optional<sigset_t> signalMask = {};
};

/// A running child, or the end of one.
///
/// The object owns the exit descriptor. Destroying it while the child runs neither kills the child
/// nor waits for it, and leaves no zombie: the library collects the child when it ends.
///
/// Use an object from one thread at a time. In a process made by fork() it belongs to the parent:
/// there it reports nothing and signals nobody.
class FORKFD_EXPORT Child
{
public:
    /// Moves the child; the other object has none left.
    Child(Child &&) noexcept;
    /// Moves the child; one that this object had is left as by the destructor.
    Child &operator=(Child &&) noexcept;
    /// Leaves a child that still runs to itself.
    ~Child();

    /// The process id; it may name another process once the end was collected.
    pid_t pid() const noexcept;
    /// Becomes readable when the child has ended; -1 once the end was collected.
    int descriptor() const noexcept;
    /// Waits for the end, at most `timeout` (negative: for ever, zero: not at all).
    std::optional<ExitInfo> wait(std::chrono::milliseconds timeout = std::chrono::milliseconds(-1));
    /// Sends a signal to this very child, never to another that got its number.
    bool sendSignal(int signal) noexcept;

private:
    friend FORKFD_EXPORT std::optional<Child> spawn(const Command &, const LaunchOptions &,
                                                    StartError *);
    explicit Child(Internal::ExitWatchPtr watch) noexcept;

    Internal::ExitWatchPtr m_watch;
    std::optional<ExitInfo> m_exitInfo;
    pid_t m_pid = -1;
};

/// Starts a child process. Without a result nothing was started, and `error` (may be null) says why.
FORKFD_EXPORT std::optional<Child> spawn(const Command &command, const LaunchOptions &options = {},
                                         StartError *error = nullptr);

} // namespace ForkFd

#endif
