// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FORKFD_H
#define FORKFD_FORKFD_H

#include <ForkFd/exitinfo.h>
#include <ForkFd/export.h>

#include <cstdint>

#include <spawn.h>
#include <sys/resource.h>
#include <sys/types.h>

/// \defgroup forkfd_family Exit descriptors: the forkfd family
/// A small interface for C++ code that handles descriptors itself: it starts a child process and returns
/// an *exit descriptor*, which becomes readable when the child has ended.
///
/// ```cpp
/// pid_t pid;
/// int ffd = ForkFd::forkfd(ForkFd::FFD_CLOEXEC, &pid);
/// if (ffd == ForkFd::FFD_CHILD_PROCESS) {
///     execl("/usr/bin/tool", "tool", nullptr);
///     _exit(127);
/// }
/// // Here the parent may poll(2) ffd among other descriptors.
/// ForkFd::forkfd_info info;
/// if (ffd >= 0 && ForkFd::forkfd_wait(ffd, &info, nullptr) == 0 && info.code == CLD_EXITED)
///     report(info.status);
/// ForkFd::forkfd_close(ffd);
/// ```
///
/// Use an exit descriptor, or a dup(2) of it, with poll(2), select(2) and epoll(7). Do not read from it
/// or write to it. Pass the original number, not a duplicate, to the wait and close functions. All
/// functions may be called from any thread, but not from signal handlers. On failure they return -1, set
/// errno and leave their out-parameters unchanged. A descriptor belongs to the process that created it:
/// a forked copy cannot wait for the child.

namespace ForkFd {
/** \addtogroup forkfd_family */ /** \{ */
/// Flag: the exit descriptor is close-on-exec.
inline constexpr int FFD_CLOEXEC = 1;
/// Flag: the exit descriptor is non-blocking, so that forkfd_wait() does not block.
inline constexpr int FFD_NONBLOCK = 2;
/// Flag: create the child with a real fork(), including the handlers of pthread_atfork(3).
inline constexpr int FFD_USE_FORK = 4;
/// Flag of spawnfd(): search PATH for the program, as posix_spawnp(3) does.
inline constexpr int FFD_SPAWN_SEARCH_PATH = 8;

/// The value that forkfd() returns in the child.
inline constexpr int FFD_CHILD_PROCESS = -2;

/// Option: do not block.
inline constexpr int FFDW_NOHANG = 1;
/// Option: return how the child ended, but do not reap it. No effect with Backend::SigChld, except for a
/// child that spawnfd() has put into its own process group.
inline constexpr int FFDW_NOWAIT = 2;

/// How a child ended.
struct forkfd_info
{
    std::int32_t code; ///< CLD_EXITED, CLD_KILLED or CLD_DUMPED, from signal.h.
    std::int32_t status; ///< With CLD_EXITED the exit code, 0 to 255; otherwise the signal number.
};

/// Forks; returns an exit descriptor in the parent, and FFD_CHILD_PROCESS in the child.
FORKFD_EXPORT int forkfd(int flags, pid_t *ppid);
/// Calls a function in a child that shares the parent's memory if possible. The child exits with the
/// result of the function.
FORKFD_EXPORT int vforkfd(int flags, pid_t *ppid, int (*childFn)(void *), void *token);
/// Starts a program as posix_spawn(3) does.
FORKFD_EXPORT int spawnfd(int flags, pid_t *ppid, const char *path,
                          const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                          char *const argv[], char *const envp[]);

/// Waits for the end of the child as `options` say (FFDW_NOHANG, FFDW_NOWAIT), and reports how it ended.
FORKFD_EXPORT int forkfd_wait4(int ffd, forkfd_info *info, int options, struct rusage *rusage);
/// Waits for the end of the child, reaps it, and reports how it ended.
FORKFD_EXPORT int forkfd_wait(int ffd, forkfd_info *info, struct rusage *rusage);
/// Closes an exit descriptor; a child that is still running continues.
FORKFD_EXPORT int forkfd_close(int ffd);
/** \} */
} // namespace ForkFd

#endif
