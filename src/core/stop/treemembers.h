// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_TREEMEMBERS_H
#define FORKFD_CORE_STOP_TREEMEMBERS_H

#include <ForkFd/export.h>

#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace ForkFd::Internal {

/// The processes of a child's group, or of its tree without a cgroup, as far as walks through /proc have
/// found them. Once found, a process is known until it ends, even if it has lost its parent.
///
/// It knows a process by number and start time, and watches at most 64 of them through pidfds.
/// docs/design/stop-treeend.md says which processes a walk finds.
class FORKFD_EXPORT TreeMembers
{
public:
    enum Reach { Group, Tree };
    enum Means { WithPidFds, WithoutPidFds };

    /// `root` is the child's number. Finds nothing yet.
    TreeMembers(pid_t root, Reach reach);
    ~TreeMembers();
    TreeMembers(const TreeMembers &) = delete;
    TreeMembers &operator=(const TreeMembers &) = delete;

    /// Walks through all processes. `isGroupHeld` says whether the number of the child is still that of
    /// its group; `means` whether this thread may open pidfds. Blocks for one walk, and for further
    /// walks while these find new processes, for 100 ms at most. Throws std::exception in a shortage;
    /// the processes that are known stay known.
    void walk(bool isGroupHeld, Means means);
    /// Drops the watched processes that have ended; if none is watched, drops ended ones until it finds
    /// one that lives. Returns whether it has dropped any. Throws as walk().
    bool dropEnded();

    /// Whether all known processes have ended.
    bool isEmpty() const noexcept;
    /// Whether processes are known, but the end of none of them is watched.
    bool needsLooks() const noexcept;
    /// Readable when a watched process has ended and was not dropped yet; -1 until the first process is
    /// watched.
    int descriptor() const noexcept;
    /// The numbers of the known processes that are not torn down, sorted. Throws as walk().
    std::vector<pid_t> numbers() const;
    enum Whom { All, NotInGroup };
    /// Sends the signal through pidfds to all known processes, or only to those that are not in the
    /// child's group. Returns 0 or an errno; ESRCH if there is none.
    int sendSignal(int signal, Whom whom) const noexcept;

private:
    struct Private;
    const std::unique_ptr<Private> m_private;
};

/// Removes the processes that only wait to be tidied up by the kernel. Throws as TreeMembers::walk().
void eraseTornDown(std::vector<pid_t> &processes);
/// The name of the process, as /proc/PID/comm has it: at most 15 bytes. Empty if it is gone.
FORKFD_EXPORT std::string nameOfProcess(pid_t pid);

} // namespace ForkFd::Internal

#endif
