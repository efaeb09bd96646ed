// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_SPAWN_H
#define FORKFD_SPAWN_H

#include <ForkFd/exitinfo.h>
#include <ForkFd/export.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

/// \file
/// Starts a child process and returns how it ended, in C++17 without Qt.

namespace ForkFd {

namespace Internal {
class ExitWatch;
/// Deletes the watch of a child, or leaves it to a thread of the library if the child still has to be
/// reaped.
struct FORKFD_EXPORT LeaveToKeeper
{
    void operator()(ExitWatch *watch) const noexcept;
};
using ExitWatchPtr = std::unique_ptr<ExitWatch, LeaveToKeeper>;
} // namespace Internal

/// A std::optional in which `{{}}` means a value-initialized T, with every compiler. \ingroup options
///
/// Since GCC 13, `{.pseudoTerminal = {{}}}` does not compile with std::optional: the compiler selects
/// the constructor with std::in_place. The two types convert to each other.
template<typename T>
class Optional : public std::optional<T>
{
    template<typename U, typename V>
    static constexpr bool isSame = std::is_same_v<std::remove_cv_t<std::remove_reference_t<U>>, V>;

public:
    /// Creates an object without a value.
    constexpr Optional() noexcept = default;
    /// Creates an object without a value.
    constexpr Optional(std::nullopt_t) noexcept { }
    /// Creates an object that contains `value`.
    constexpr Optional(const T &value)
        : std::optional<T>(value)
    {
    }
    /// Creates an object that contains `value`.
    constexpr Optional(T &&value)
        : std::optional<T>(std::move(value))
    {
    }
    /// Copies or moves the value of `other`, if it has one.
    template<typename U, std::enable_if_t<isSame<U, std::optional<T>>, bool> = true>
    constexpr Optional(U &&other)
        : std::optional<T>(std::forward<U>(other))
    {
    }
    /// Assigns a value, which may be a list in braces.
    template<typename U = T, std::enable_if_t<isSame<U, T>, bool> = true>
    constexpr Optional &operator=(U &&value)
    {
        std::optional<T>::operator=(std::forward<U>(value));
        return *this;
    }
};

/// A program to start. \ingroup starting
struct Command
{
    /// The program and its arguments. A program without a slash is looked up in the parent's PATH; a
    /// relative path is relative to `workingDirectory`.
    std::vector<std::string> argv;
    /// The whole environment of the child as "NAME=value"; without a value, the parent's.
    Optional<std::vector<std::string>> environment = {};
    std::string workingDirectory = {}; ///< Empty means the parent's.
    /// The program to execute instead of `argv[0]`, looked up in the same way; empty means `argv[0]`.
    std::string program = {};
    /// Variables to set in `environment` or, without a value, to remove from it, in this order.
    std::vector<std::pair<std::string, std::optional<std::string>>> environmentChanges = {};
};

/// A descriptor of the parent that the child inherits. \ingroup options
struct FileDescriptor
{
    int childFd = -1; ///< The number of the descriptor in the child, 0 or more.
    int parentFd = -1; ///< An open descriptor of the parent, which the start does not change.
};

/// A resource limit of the child; see setrlimit(2). \ingroup options
struct ResourceLimit
{
    int resource = -1; ///< RLIMIT_CORE, RLIMIT_NOFILE, …; must be set.
    rlim_t soft = RLIM_INFINITY; ///< The limit in force; RLIM_INFINITY means none.
    rlim_t hard = RLIM_INFINITY; ///< The maximum that the child may raise `soft` to.
};

/// The size of a terminal's window, in characters. \ingroup options
struct TerminalSize
{
    unsigned short columns = 80; ///< Width; 0 means unknown.
    unsigned short rows = 24; ///< Height; 0 means unknown.
};

/// Options of a start. The default of each member changes nothing. If an option fails, the start fails
/// with the name of the member as its step. docs/options.md gives the order in which the child applies
/// the options. \ingroup options
struct LaunchOptions
{
    /// The descriptors that the child inherits. They are set as if all at once, so that numbers can be
    /// swapped.
    std::vector<FileDescriptor> fileDescriptors = {};
    /// Whether the child starts a new session, and with it a new process group without a terminal.
    bool newSession = false;
    /// The process group that the child joins; 0 means a new group.
    std::optional<pid_t> processGroup = {};
    /// A descriptor of the parent for the terminal that becomes the child's controlling terminal. The
    /// child must lead a session.
    std::optional<int> controllingTerminal = {};
    /// The resource limits of the child, set one after another.
    std::vector<ResourceLimit> resourceLimits = {};
    /// The nice value of the child, -20 to 19; not relative to the parent's.
    std::optional<int> niceValue = {};
    /// The file mode creation mask of the child, 0 to 0777.
    std::optional<mode_t> umask = {};
    /// The processors that the child may run on, counted from 0; empty means the calling thread's.
    std::vector<int> cpuAffinity = {};
    /// The oom_score_adj of the child, from -1000 (never killed) to 1000 (killed first).
    std::optional<int> oomScoreAdjust = {};
    /// The real, effective and saved user id of the child.
    std::optional<uid_t> userId = {};
    /// The real, effective and saved group id of the child.
    std::optional<gid_t> groupId = {};
    /// The supplementary groups of the child; without a value the parent's, even with a `userId`.
    Optional<std::vector<gid_t>> supplementaryGroups = {};
    /// The directory of the control group (cgroup v2) that the child starts in; empty: the parent's.
    std::string controlGroup = {};
    /// Whether the kernel sends the child `parentDeathSignal` when this process ends or executes another
    /// program.
    bool dieWithParent = false;
    /// Whether the child can no longer gain privileges through execve(2); see PR_SET_NO_NEW_PRIVS.
    bool noNewPrivileges = false;
    /// Only for ChildProcess: a pseudo-terminal of this size replaces the pipes.
    Optional<TerminalSize> pseudoTerminal = {};
    /// The signal mask of the child; without a value, that of the calling thread.
    Optional<sigset_t> signalMask = {};
    /// Whether the child inherits no descriptors but the standard streams and `fileDescriptors`.
    bool closeDescriptors = false;
    /// The child's `argv[0]`, whatever program it executes; without a value, the name of the program.
    std::optional<std::string> argumentZero = {};
    /// The signal that `dieWithParent` sends; without `dieWithParent` it has no effect.
    int parentDeathSignal = SIGKILL;
    /// Whether the child and all that it has started are killed when this process ends, however it ends,
    /// or executes another program.
    bool treeDiesWithParent = false;
    /// Like `treeDiesWithParent`, but where the system does not allow that, the child starts without it.
    bool treeDiesWithParentIfPossible = false;
};

/// A child process, running or ended. \ingroup starting ending
///
/// The object owns the exit descriptor. If it is destroyed while the child is running, the child
/// continues. The library then reaps the child when it ends.
///
/// An object may be used from one thread at a time. In a process created by fork() the child still
/// belongs to the parent: the copy of the object reports nothing and sends no signals.
class FORKFD_EXPORT Child
{
public:
    /// Moves the child from `other`, which is empty afterwards.
    Child(Child &&) noexcept;
    /// Moves the child from `other`; the previous child is released as by the destructor.
    Child &operator=(Child &&) noexcept;
    /// Releases the child; if it is still running, it continues.
    ~Child();

    /// Returns the process id; after the child was reaped, it may name another process.
    pid_t pid() const noexcept;
    /// Returns the exit descriptor, which is readable after the child's end; -1 once wait() has returned
    /// how the child ended.
    int descriptor() const noexcept;
    /// Waits for the end of the child, at most `timeout` (negative: no limit; 0: does not block).
    std::optional<ExitInfo> wait(std::chrono::milliseconds timeout = std::chrono::milliseconds(-1));
    /// Sends a signal to the child; 0 only checks. On failure returns false and sets errno.
    bool sendSignal(int signal) noexcept;

private:
    friend FORKFD_EXPORT std::optional<Child> spawn(const Command &, const LaunchOptions &,
                                                    StartError *);
    explicit Child(Internal::ExitWatchPtr watch) noexcept;

    Internal::ExitWatchPtr m_watch;
    std::optional<ExitInfo> m_exitInfo;
    pid_t m_pid = -1;
};

/// Starts a child, and returns when it executes its program. On failure it returns no child and sets
/// `*error`; on success it clears `*error`. `error` may be null. \ingroup starting
FORKFD_EXPORT std::optional<Child> spawn(const Command &command, const LaunchOptions &options = {},
                                         StartError *error = nullptr);

/// Returns what spawn() would do with these arguments, as text for a bug report. \ingroup starting
FORKFD_EXPORT std::string describe(const Command &command, const LaunchOptions &options = {});

} // namespace ForkFd

#endif
