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

/// \file
/// The part of ForkFd that needs neither Qt nor C++ types: start a child process and get an *exit
/// descriptor*, which becomes readable when the child has ended.
///
/// ```cpp
/// pid_t pid;
/// int ffd = ForkFd::forkfd(ForkFd::FFD_CLOEXEC, &pid);
/// if (ffd == ForkFd::FFD_CHILD_PROCESS) {
///     execl("/usr/bin/tool", "tool", nullptr);
///     _exit(127);
/// }
/// // … poll(2) ffd among others …
/// ForkFd::forkfd_info info;
/// if (ffd >= 0 && ForkFd::forkfd_wait(ffd, &info, nullptr) == 0 && info.code == CLD_EXITED)
///     report(info.status);
/// ForkFd::forkfd_close(ffd);
/// ```
///
/// An exit descriptor may be polled by poll(2), select(2), epoll(7) and what is built on them, also
/// through a dup(2). It is not for reading or writing. Waiting and closing take the very number that was
/// returned. All functions may be called from any thread, and give -1 with errno on failure; their
/// out-parameters keep their values then. A descriptor belongs to the process that made it: in one that
/// was forked from it there is nothing to wait for.

namespace ForkFd {

/// Flag: the exit descriptor is close-on-exec.
inline constexpr int FFD_CLOEXEC = 1;
/// Flag: the exit descriptor is non-blocking, so that forkfd_wait() does not wait.
inline constexpr int FFD_NONBLOCK = 2;
/// Flag: create the child by a real fork(), with the handlers of pthread_atfork(3).
inline constexpr int FFD_USE_FORK = 4;
/// Flag of spawnfd(): search the program in PATH, as posix_spawnp(3) does.
inline constexpr int FFD_SPAWN_SEARCH_PATH = 8;

/// What forkfd() returns in the child.
inline constexpr int FFD_CHILD_PROCESS = -2;

/// Option: do not wait for the end.
inline constexpr int FFDW_NOHANG = 1;
/// Option: tell how the child ended and do not collect it.
inline constexpr int FFDW_NOWAIT = 2;

/// How a child ended.
struct forkfd_info
{
    std::int32_t code; ///< CLD_EXITED, CLD_KILLED or CLD_DUMPED, from signal.h.
    std::int32_t status; ///< With CLD_EXITED the exit code, 0 to 255; else the signal's number.
};

/// Forks, and gives the parent an exit descriptor. Returns twice.
FORKFD_EXPORT int forkfd(int flags, pid_t *ppid);
/// Calls a function in a child that shares the parent's memory where it can; its result is the exit
/// code.
FORKFD_EXPORT int vforkfd(int flags, pid_t *ppid, int (*childFn)(void *), void *token);
/// Starts a program as posix_spawn(3) does.
FORKFD_EXPORT int spawnfd(int flags, pid_t *ppid, const char *path,
                          const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                          char *const argv[], char *const envp[]);

/// Tells how the child ended, with FFDW_ options.
FORKFD_EXPORT int forkfd_wait4(int ffd, forkfd_info *info, int options, struct rusage *rusage);
/// Waits for the end of the child and collects it.
FORKFD_EXPORT int forkfd_wait(int ffd, forkfd_info *info, struct rusage *rusage);
/// Closes an exit descriptor; a child that still runs is left to itself.
FORKFD_EXPORT int forkfd_close(int ffd);

} // namespace ForkFd

#endif
