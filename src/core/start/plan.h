// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_PLAN_H
#define FORKFD_CORE_START_PLAN_H

#include "core/base/uniquefd.h"
#include "core/start/failure.h"
#include "core/stop/treeticket.h"

#include <ForkFd/spawn.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ForkFd::Internal {

struct ChildContext;
class StartControl;

/// Lets a ChildModifier give up: the start fails with step `modifier`.
class FORKFD_EXPORT ModifierExit
{
public:
    explicit ModifierExit(ChildContext &context) noexcept
        : m_context(context)
    {
    }

    // Runs in the child between clone and exec: async-signal-safe calls only.
    [[noreturn]] void leave(const char *reason, int errorCode) noexcept;
    /// Reports an exception. Call it after the catch block: the C++ runtime's record of an exception
    /// that is still being handled would stay in memory that may be the parent's.
    [[noreturn]] void leaveAfterException(const char *what) noexcept;

private:
    ChildContext &m_context;
};

/// User code that runs in the child before its program.
struct ChildModifier
{
    /// Called with `token`; `exit` lets it give up. Null: none.
    void (*function)(void *token, ModifierExit &exit) = nullptr;
    void *token = nullptr;
    bool maySeeOurMemory = false; ///< The code works in shared memory, too.
};

/// The flags of QProcess::UnixProcessParameters.
struct ProcessParameters
{
    bool resetsSignalHandlers = false; ///< Resets ignored signals, unblocks blocked ones.
    bool ignoresSigPipe = false;
    bool closesDescriptors = false; ///< Like LaunchOptions::closeDescriptors, from the next number on.
    int lowestDescriptorToClose = 0;
    bool createsSession = false;
    bool leavesTerminal = false; ///< The controlling one.
    bool resetsIds = false; ///< Effective user and group become the real ones.
    bool disablesCoreDumps = false;
};

/// The input of a StartPlan.
struct StartRequest
{
    std::string executable; ///< The path to execute; PATH is not searched.
    Command command;
    /// The variables of the process at an earlier time (copyOfEnvironment()). Without a value: at the
    /// time of the plan. The environment of `command` comes first.
    std::optional<std::string> environmentCopy;
    std::vector<FileDescriptor> channels; ///< The child's standard streams.
    LaunchOptions options;
    ChildModifier modifier;
    ProcessParameters parameters;
    /// The child gets a new process group, unless it creates a session or the options name a group.
    bool ownGroup = false;
    /// The child gives up our controlling terminal, unless it gets a session or another terminal.
    bool leavesTerminal = false;
    /// Directory of the child's control group, not owned; -1: none. The options' group comes first.
    int controlGroupFd = -1;
    /// The directory that the child enters before `workingDirectory`, not owned; -1: the parent's.
    int directoryFd = -1;
    /// Lets the owner give up the start; not owned, may be null.
    StartControl *control = nullptr;
    /// With treeDiesWithParent: the child's entry at the guardian.
    TreeTicket ticket = {};
};

/// A descriptor of the parent, and its number in the child.
struct DescriptorMove
{
    int from; ///< Number in the parent.
    int to; ///< Number in the child.
    bool isInTheWay; ///< `from` is `to` of another move: it has to step aside before any dup2().
};

/// What the child will be, prepared in the parent and immutable afterwards.
///
/// The constructor makes all allocations of a start; the child only reads. A plan cannot be moved,
/// because it has pointers into itself.
class FORKFD_EXPORT StartPlan
{
public:
    explicit StartPlan(StartRequest &&request);
    StartPlan(const StartPlan &) = delete;
    StartPlan &operator=(const StartPlan &) = delete;

    /// The error in the options; without a step they are valid. Call it before opening descriptors: a
    /// new one could take a number that the options name although it is not open.
    static FailedStep check(const LaunchOptions &options) noexcept;

    /// The error in the request; without a step the plan is valid.
    const FailedStep &error() const noexcept { return m_error; }

    const char *executable() const noexcept { return m_request.executable.c_str(); }
    char *const *argv() const noexcept { return m_argv.data(); }
    char *const *envp() const noexcept;
    /// envp() has all variables of this process, unchanged.
    bool inheritsEnvironment() const noexcept
    {
        return !m_request.command.environment && m_request.command.environmentChanges.empty();
    }
    /// The child enters it first; -1: it stays in the parent's directory.
    int directoryFd() const noexcept { return m_request.directoryFd; }
    /// The child enters it next; null: it stays.
    const char *workingDirectory() const noexcept;
    StartControl *control() const noexcept { return m_request.control; }
    const TreeTicket &ticket() const noexcept { return m_request.ticket; }
    /// The channels first, then LaunchOptions::fileDescriptors.
    const std::vector<DescriptorMove> &moves() const noexcept { return m_moves; }
    std::size_t channelCount() const noexcept { return m_request.channels.size(); }
    const LaunchOptions &options() const noexcept { return m_request.options; }
    /// Whether the child creates a session before its exec, by the options or the parameters.
    bool createsSession() const noexcept;
    /// The group for setpgid(2); without a value the child does not call it.
    std::optional<pid_t> processGroup() const noexcept;
    /// Whether the child gives up the controlling terminal right after it has joined that group.
    bool leavesTerminal() const noexcept;
    /// The directory of the child's control group; -1: the child stays in the parent's group.
    int controlGroupFd() const noexcept;
    /// In the format of sched_setaffinity(2); empty: leave it alone.
    const std::vector<unsigned long> &cpuMask() const noexcept { return m_cpuMask; }
    /// LaunchOptions::oomScoreAdjust as text; empty: leave it alone.
    const std::string &oomScoreText() const noexcept { return m_oomScoreText; }
    /// Whether the child changes its user or group before its exec.
    bool changesIdentity() const noexcept;
    /// The program inherits no descriptor from this number on, except the targets of the moves; without
    /// a value it inherits all that are not close-on-exec.
    std::optional<int> lowestToClose() const noexcept;
    /// With lowestToClose(): a number above all open descriptors, as far as is known.
    int descriptorEnd() const noexcept { return m_descriptorEnd; }
    /// Null: the starting thread's mask, or an empty one with resetsSignalHandlers.
    const sigset_t *signalMask() const noexcept;
    const ChildModifier &modifier() const noexcept { return m_request.modifier; }
    const ProcessParameters &parameters() const noexcept { return m_request.parameters; }

private:
    FailedStep check() const noexcept;
    void planArguments();
    void planEnvironment();
    void planMoves();
    void planCpuMask();
    void openControlGroup();

    StartRequest m_request;
    std::vector<char *> m_argv;
    std::vector<char *> m_envp;
    std::vector<std::string> m_changedVariables; ///< Entries of m_envp.
    std::vector<DescriptorMove> m_moves;
    std::vector<unsigned long> m_cpuMask;
    std::string m_oomScoreText;
    int m_descriptorEnd = 0;
    UniqueFd m_controlGroup;
    FailedStep m_error;
};

} // namespace ForkFd::Internal

#endif
