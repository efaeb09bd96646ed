// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_GUARDIAN_MESSAGE_H
#define FORKFD_GUARDIAN_MESSAGE_H

#include <cstdint>
#include <type_traits>

namespace ForkFd::Internal {

/// A message between the program and its guardian; each packet contains one. Both sides come from the
/// same build, so the format needs no version.
struct GuardianMessage
{
    enum Kind : std::uint32_t {
        // To the guardian.
        Group, ///< The tree will be in the cgroup `name`, whose directory comes with the message.
        Leader, ///< `leader`, or else the sender, leads the tree. Its pidfd may come with the message.
        Started, ///< The leader has begun its program, so that the tree is over when it is empty.
        Forget, ///< The start of the tree has failed.
        // From the guardian.
        Ready, ///< The guardian listens, or cannot; see `errorCode`.
        Gone ///< The tree is over.
    };

    Kind kind = Ready;
    std::int32_t leader = -1; ///< -1: the sender, whose number the kernel adds (SCM_CREDENTIALS).
    std::uint64_t tree = 0; ///< Chosen by the program; never used for another tree.
    /// Start time of the leader (proc_pid_stat(5)); 0: not known, or the leader's pidfd comes with this
    /// message. Comes with Leader or Started.
    std::uint64_t leaderStart = 0;
    char name[64] = {};
    std::int32_t errorCode = 0; ///< With Ready: why the guardian ends; 0: it listens.
    std::int32_t unused = 0; ///< Fills the gap, so that no byte is undefined.
};
static_assert(std::is_trivially_copyable_v<GuardianMessage>);

/// The descriptors and arguments with which the guardian begins. argv[1] is the number of the program's
/// process. argv[2] is `usesPidFds`, or another word if there are no pidfds.
namespace GuardianProgram {

inline constexpr const char *name = "forkfd-guardian"; ///< As long as the kernel permits.
inline constexpr const char *usesPidFds = "pidfd";
inline constexpr int socketFd = 3;
inline constexpr int programFd = 4; ///< A pidfd of the program, if there are pidfds.
inline constexpr int directoryFd = 5; ///< The directory of the guardian's own cgroup, if it has one.

} // namespace GuardianProgram

} // namespace ForkFd::Internal

#endif
