// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_PLAN_H
#define FORKFD_CORE_START_PLAN_H

#include "core/base/uniquefd.h"

#include <ForkFd/spawn.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ForkFd::Internal {

class ModifierExit;
class StartControl;

/// User code that runs in the child just before it becomes its program.
struct ChildModifier
{
    /// Called with `token` and the way to give up. Null: none.
    void (*function)(void *token, ModifierExit &exit) = nullptr;
    void *token = nullptr;
    bool maySeeOurMemory = false; ///< It copes with memory that it shares with the parent.
};

/// What QProcess::UnixProcessParameters asks for.
struct ProcessParameters
{
    bool resetsSignalHandlers = false; ///< Ignored signals become default, blocked ones open.
    bool ignoresSigPipe = false;
    bool closesDescriptors = false; ///< But for the standard streams and what a LaunchRequest maps.
    int lowestDescriptorToClose = 0;
    bool createsSession = false;
    bool leavesTerminal = false; ///< The controlling one.
    bool resetsIds = false; ///< Effective user and group become the real ones.
    bool disablesCoreDumps = false;
};

/// All that a LaunchPlan is made from.
struct LaunchRequest
{
    std::string executable; ///< What to execute; not searched any more.
    Command command;
    std::vector<FileDescriptor> channels; ///< What the child gets as its standard streams.
    LaunchOptions options;
    ChildModifier modifier;
    ProcessParameters parameters;
    /// The child gets a process group of its own, unless a session or the options say which.
    bool ownGroup = false;
    /// The child gives up the controlling terminal that it shares with us, unless it gets a session.
    bool leavesTerminal = false;
    /// The directory of a control group for the child, not owned; -1: none. One of the options comes
    /// first.
    int controlGroupFd = -1;
    /// Where a relative workingDirectory counts from, not owned; -1: where the parent is.
    int directoryFd = -1;
    /// Who may give the start up, not owned; null: nobody.
    StartControl *control = nullptr;
};

/// One descriptor's way into the child.
struct DescriptorMove
{
    int from; ///< Number in the parent.
    int to; ///< Number in the child.
    bool isInTheWay; ///< `from` is also somebody's `to`: it has to step aside before any dup2().
};

/// What the child becomes, prepared in the parent and immutable after.
///
/// Every allocation for a start happens in the constructor; the child only reads. A plan stands
/// still in memory because it points into itself.
class FORKFD_EXPORT LaunchPlan
{
public:
    explicit LaunchPlan(LaunchRequest request);
    LaunchPlan(const LaunchPlan &) = delete;
    LaunchPlan &operator=(const LaunchPlan &) = delete;

    /// What is wrong with the options; without a step they are good. To be asked before the caller opens
    /// descriptors of its own, which could take the number of one that is not open.
    static StartError check(const LaunchOptions &options) noexcept;

    /// What is wrong with the request; without a step the plan is good.
    const StartError &error() const noexcept { return m_error; }

    const char *executable() const noexcept { return m_request.executable.c_str(); }
    char *const *argv() const noexcept { return m_argv.data(); }
    char *const *envp() const noexcept;
    /// To be changed to first; -1: stay where the parent is.
    int directoryFd() const noexcept { return m_request.directoryFd; }
    /// To be changed to next; null: stay there.
    const char *workingDirectory() const noexcept;
    StartControl *control() const noexcept { return m_request.control; }
    /// The channels first, then LaunchOptions::fileDescriptors.
    const std::vector<DescriptorMove> &moves() const noexcept { return m_moves; }
    std::size_t channelCount() const noexcept { return m_request.channels.size(); }
    /// Where the child notes a descriptor that stepped aside: one number for each move, made here
    /// because the child cannot allocate. The one thing in a plan that is written later.
    int *asideNotes() const noexcept { return m_asideNotes.data(); }
    const LaunchOptions &options() const noexcept { return m_request.options; }
    /// Whether the child leads a new session at its exec, by whichever wish.
    bool createsSession() const noexcept;
    /// What setpgid(2) has to be told; none where that is to be left alone.
    std::optional<pid_t> processGroup() const noexcept;
    /// Whether it gives up the controlling terminal right after it has joined that group.
    bool leavesTerminal() const noexcept;
    /// The directory of the child's control group; -1: the parent's.
    int controlGroupFd() const noexcept;
    /// As sched_setaffinity(2) takes it; empty: leave it alone.
    const std::vector<unsigned long> &cpuMask() const noexcept { return m_cpuMask; }
    /// LaunchOptions::oomScoreAdjust as text; empty: leave it alone.
    const std::string &oomScoreText() const noexcept { return m_oomScoreText; }
    /// Whether the kernel takes the child for somebody else from some moment before its exec.
    bool changesIdentity() const noexcept;
    /// With closesDescriptors: as far as is known all that are open are below it.
    int descriptorEnd() const noexcept { return m_descriptorEnd; }
    /// Null: the mask of the thread that starts the child, or with resetsSignalHandlers an empty one.
    const sigset_t *signalMask() const noexcept;
    const ChildModifier &modifier() const noexcept { return m_request.modifier; }
    const ProcessParameters &parameters() const noexcept { return m_request.parameters; }

private:
    StartError check() const noexcept;
    void planMoves();
    void planCpuMask();
    void openControlGroup();

    LaunchRequest m_request;
    std::vector<char *> m_argv;
    std::vector<char *> m_envp;
    std::vector<DescriptorMove> m_moves;
    mutable std::vector<int> m_asideNotes;
    std::vector<unsigned long> m_cpuMask;
    std::string m_oomScoreText;
    int m_descriptorEnd = 0;
    UniqueFd m_controlGroup;
    StartError m_error;
};

} // namespace ForkFd::Internal

#endif
