// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_LAUNCHPLAN_H
#define FORKFD_LAUNCHPLAN_H

#include <ForkFd/spawn.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ForkFd::Internal {

/// All that a LaunchPlan is made from.
struct LaunchRequest
{
    std::string executable; ///< What to execute; not searched any more.
    Command command;
    std::vector<FileDescriptor> channels; ///< What the child gets as its standard streams.
    LaunchOptions options;
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
    /// Null: stay where the parent is.
    const char *workingDirectory() const noexcept;
    /// The channels first, then LaunchOptions::fileDescriptors.
    const std::vector<DescriptorMove> &moves() const noexcept { return m_moves; }
    std::size_t channelCount() const noexcept { return m_request.channels.size(); }
    /// Where the child notes a descriptor that stepped aside: one number for each move, made here
    /// because the child cannot allocate. The one thing in a plan that is written later.
    int *asideNotes() const noexcept { return m_asideNotes.data(); }
    /// Null: the mask of the thread that starts the child.
    const sigset_t *signalMask() const noexcept;

private:
    StartError check() const noexcept;
    void planMoves();

    LaunchRequest m_request;
    std::vector<char *> m_argv;
    std::vector<char *> m_envp;
    std::vector<DescriptorMove> m_moves;
    mutable std::vector<int> m_asideNotes;
    StartError m_error;
};

/// Where the program is, searched in the parent's PATH as execvp(3) would unless its name has a
/// slash. Without a result, `errorCode` is what execvp() would give.
FORKFD_EXPORT std::optional<std::string> findExecutable(const std::string &program, int *errorCode);

} // namespace ForkFd::Internal

#endif
