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

/// A std::optional that `{{}}` gives a default value, with every compiler.
///
/// A plain one takes `{.pseudoTerminal = {{}}}` for its constructor with std::in_place since GCC 13, and
/// does not compile. Otherwise there is no difference, and each converts to the other.
template<typename T>
class Optional : public std::optional<T>
{
    template<typename U, typename V>
    static constexpr bool isSame = std::is_same_v<std::remove_cv_t<std::remove_reference_t<U>>, V>;

public:
    /// Without a value.
    constexpr Optional() noexcept = default;
    /// Without a value.
    constexpr Optional(std::nullopt_t) noexcept { }
    /// With this value.
    constexpr Optional(const T &value)
        : std::optional<T>(value)
    {
    }
    /// With this value.
    constexpr Optional(T &&value)
        : std::optional<T>(std::move(value))
    {
    }
    /// With the other's value, if it has one.
    template<typename U, std::enable_if_t<isSame<U, std::optional<T>>, bool> = true>
    constexpr Optional(U &&other)
        : std::optional<T>(std::forward<U>(other))
    {
    }
    /// Takes this value, from a list in braces too.
    template<typename U = T, std::enable_if_t<isSame<U, T>, bool> = true>
    constexpr Optional &operator=(U &&value)
    {
        std::optional<T>::operator=(std::forward<U>(value));
        return *this;
    }
};

/// What to start.
struct Command
{
    /// The program and its arguments. A program without a slash is searched in the parent's PATH;
    /// a relative path counts from `workingDirectory`.
    std::vector<std::string> argv;
    /// The child's whole environment as "NAME=value"; without a value: the parent's.
    Optional<std::vector<std::string>> environment = {};
    std::string workingDirectory = {}; ///< Empty: the parent's.
};

/// Gives the child a descriptor of the parent under a number of its own.
struct FileDescriptor
{
    int childFd = -1; ///< The number in the child, 0 or more.
    int parentFd = -1; ///< An open descriptor of the parent. It stays open and unchanged there.
};

/// Limits one resource of the child; see setrlimit(2).
struct ResourceLimit
{
    int resource = -1; ///< RLIMIT_CORE, RLIMIT_NOFILE, …
    rlim_t soft = RLIM_INFINITY; ///< The limit in force; RLIM_INFINITY: none.
    rlim_t hard = RLIM_INFINITY; ///< What the child may raise it to.
};

/// The size of a terminal's window, in characters.
struct TerminalSize
{
    unsigned short columns = 80; ///< Width; 0: unknown.
    unsigned short rows = 24; ///< Height; 0: unknown.
};

/// How to start it: what else is to be different in the child. Every member's default changes nothing.
/// The child applies them in the order in which they stand in docs/options.md, and a start that one of
/// them has failed tells its name as the step.
struct LaunchOptions
{
    /// Descriptors that the child gets, all of them as if at once: any permutation is allowed.
    std::vector<FileDescriptor> fileDescriptors = {};
    /// The child leads a session of its own, and with it a process group, without a terminal.
    bool newSession = false;
    /// The process group that the child joins; 0: one of its own.
    std::optional<pid_t> processGroup = {};
    /// A descriptor of the parent, open on the terminal that becomes the child's controlling one. The
    /// child has to lead a session.
    std::optional<int> controllingTerminal = {};
    /// Limits of the child, set one after another.
    std::vector<ResourceLimit> resourceLimits = {};
    /// The child's nice value itself, -20 to 19, not a difference to the parent's.
    std::optional<int> niceValue = {};
    /// The permissions that files which the child makes do not get, 0 to 0777.
    std::optional<mode_t> umask = {};
    /// The processors that the child may run on, counted from 0; empty: those of the starting thread.
    std::vector<int> cpuAffinity = {};
    /// The child's oom_score_adj, -1000 (never killed for want of memory) to 1000 (first).
    std::optional<int> oomScoreAdjust = {};
    /// The child's real, effective and saved user.
    std::optional<uid_t> userId = {};
    /// The child's real, effective and saved group.
    std::optional<gid_t> groupId = {};
    /// All of the child's other groups; without a value it keeps the parent's, also with a `userId`.
    Optional<std::vector<gid_t>> supplementaryGroups = {};
    /// The directory of the control group (cgroup v2) in which the child starts; empty: the parent's.
    std::string controlGroup = {};
    /// The kernel kills the child (SIGKILL) when this process ends or executes another program.
    bool dieWithParent = false;
    /// No program that the child executes gives it more rights; see PR_SET_NO_NEW_PRIVS.
    bool noNewPrivileges = false;
    /// ChildProcess alone: a terminal of this size in the place of pipes.
    Optional<TerminalSize> pseudoTerminal = {};
    /// The child's signal mask; without a value the one of the thread that starts it.
    Optional<sigset_t> signalMask = {};
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
