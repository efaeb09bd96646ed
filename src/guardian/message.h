// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_GUARDIAN_MESSAGE_H
#define FORKFD_GUARDIAN_MESSAGE_H

#include <cstdint>
#include <type_traits>

namespace ForkFd::Internal {

/// What the program and its guardian tell each other, one message in each packet. Both come from the
/// same build, so the bytes need no version.
struct GuardianMessage
{
    enum Kind : std::uint32_t {
        // To the guardian.
        Group, ///< The tree will be in the cgroup `name`, whose directory comes with the message.
        Leader, ///< `leader` leads the tree, or the sender does. Its pidfd may come with the message.
        Started, ///< The leader has begun its program, so that the tree is over when it is empty.
        Forget, ///< The tree has failed to start.
        // From the guardian.
        Ready, ///< It listens, or cannot: `errorCode`.
        Gone ///< The tree is over.
    };

    Kind kind = Ready;
    std::int32_t leader = -1; ///< -1: the sender. The kernel tells its number (SCM_CREDENTIALS).
    std::uint64_t tree = 0; ///< Chosen by the program, and never used again.
    /// Start time of the leader (proc_pid_stat(5)); 0: not known. Comes with Leader or Started.
    std::uint64_t leaderStart = 0;
    char name[64] = {};
    std::int32_t errorCode = 0; ///< With Ready: why the guardian ends; 0: it listens.
    std::int32_t unused = 0; ///< No byte is undefined.
};
static_assert(std::is_trivially_copyable_v<GuardianMessage>);

/// The descriptors and arguments that the guardian begins with. argv[1] is the number of the program's
/// process. argv[2] is `usesPidFds`, or another word.
namespace GuardianProgram {

inline constexpr const char *name = "forkfd-guardian"; ///< As long as the kernel permits.
inline constexpr const char *usesPidFds = "pidfd";
inline constexpr int socketFd = 3;
inline constexpr int programFd = 4; ///< A pidfd of the program, if there are pidfds.
inline constexpr int directoryFd = 5; ///< The directory of the guardian's own cgroup, if it has one.

} // namespace GuardianProgram

} // namespace ForkFd::Internal

#endif
