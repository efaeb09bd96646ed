// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/forkfd.h>

#include "core/base/signals.h"
#include "core/base/uniquefd.h"
#include "core/base/wait.h"
#include "core/forkfd/exitregistry.h"
#include "core/start/environment.h"
#include "core/start/start.h"

#include <cerrno>
#include <new>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace ForkFd {

using namespace Internal;

namespace {

constexpr int knownFlags = FFD_CLOEXEC | FFD_NONBLOCK | FFD_USE_FORK | FFD_SPAWN_SEARCH_PATH;
constexpr int knownOptions = FFDW_NOHANG | FFDW_NOWAIT;

int failWith(int errorCode) noexcept
{
    errno = errorCode;
    return -1;
}

// The child exists, and nothing can fail any more.
int finishStart(ExitRegistry::Place &place, ExitWatchPtr watch, int flags, pid_t *ppid) noexcept
{
    const int ffd = watch->descriptor();
    // The descriptor was close-on-exec until now, so that this child does not inherit it.
    if (!(flags & FFD_CLOEXEC))
        ::fcntl(ffd, F_SETFD, 0);
    if (flags & FFD_NONBLOCK)
        ::fcntl(ffd, F_SETFL, ::fcntl(ffd, F_GETFL) | O_NONBLOCK);
    if (ppid)
        *ppid = watch->pid();
    place.enter(std::move(watch));
    return ffd;
}

int startUserCode(int flags, pid_t *ppid, const UserCode &code)
try {
    const CancellationBlocker blocker;
    const int savedErrno = errno;
    ExitRegistry::Place place;
    if (!place.reserve())
        return failWith(ENOMEM);
    StartResult result = forkChild(code);
    if (result.isInChild) {
        place.forget();
        if (ppid)
            *ppid = 0;
        errno = savedErrno;
        return FFD_CHILD_PROCESS;
    }
    if (!result.watch)
        return failWith(result.failure.errorCode);
    const int ffd = finishStart(place, std::move(result.watch), flags, ppid);
    errno = savedErrno;
    return ffd;
} catch (const std::bad_alloc &) {
    return failWith(ENOMEM);
}

// Waits for the answer. Empty, with errno EBADF, if close(2) closes `ffd` in the meantime.
std::optional<ExitInfo> awaitAnswer(ExitRecord &record, int ffd, bool leavesChild,
                                    const CancellationBlocker &blocker)
{
    RetryDelay retryDelay;
    while (!record.isDisowned()) {
        const bool isReadable = sleepUntilReadable(ffd, -1, blocker);
        if (!record.isBehind(ffd))
            break;
        if (const std::optional<ExitInfo> answer = record.answer(leavesChild))
            return answer;
        if (isReadable) // Not after a signal.
            pauseFor(retryDelay.next());
    }
    errno = EBADF;
    return std::nullopt;
}

int tell(const ExitInfo &answer, forkfd_info *info, struct rusage *rusage) noexcept
{
    if (answer.reason == ExitInfo::Unknown)
        return failWith(ECHILD);
    if (info && answer.reason == ExitInfo::Exited)
        *info = {CLD_EXITED, answer.code};
    else if (info)
        *info = {answer.coreDumped ? CLD_DUMPED : CLD_KILLED, answer.signal};
    if (rusage)
        *rusage = answer.usage;
    return 0;
}

} // namespace

/// Creates a child process that is a copy of this one. Returns the exit descriptor in the parent and
/// FFD_CHILD_PROCESS in the child. `*ppid` (may be null) becomes the child's process id in the parent
/// and 0 in the child.
///
/// `flags` combines FFD_CLOEXEC, FFD_NONBLOCK, FFD_USE_FORK and FFD_SPAWN_SEARCH_PATH; the last one has
/// no effect here. If the kernel supports it, one system call creates the child and the descriptor, and
/// libc does not know of the child. So the child may call only async-signal-safe functions, also in a
/// program with one thread, and the handlers of pthread_atfork(3) do not run. With FFD_USE_FORK the
/// child is created by fork() with these handlers; they run while all signals are blocked. (Under
/// ThreadSanitizer, and if libc has no _Fork() and the kernel has no such system call, the handlers
/// always run.)
///
/// The child has the parent's signal mask and dispositions, as after fork(). It does not inherit the
/// exit descriptor.
///
/// Blocks as long as fork() does. Any thread; not async-signal-safe; no cancellation point.
///
/// **Errors** (errno), without a child or a descriptor:
/// - EINVAL: an unknown flag; FORKFD_BACKEND names an unknown or unavailable backend.
/// - EAGAIN: a limit on processes was reached, or the library could not make a thread that it needs.
/// - EMFILE, ENFILE: no descriptor is left for the child.
/// - ENOMEM: no memory is left.
/// - Other errors of fork(2) if a filter forbids it.
///
/// \since 0.1
int forkfd(int flags, pid_t *ppid)
{
    if (flags & ~knownFlags)
        return failWith(EINVAL);
    return startUserCode(flags, ppid, {.wantsFork = (flags & FFD_USE_FORK) != 0});
}

/// Creates a child process that calls `childFn(token)` and exits with its result (the lowest eight
/// bits). Returns the exit descriptor; `*ppid` (may be null) becomes the child's process id.
///
/// `flags` is as for forkfd(). If the system supports it, the child shares the parent's memory until it
/// executes a program or ends, and the calling thread is suspended until then, as with vfork(2). This is
/// cheap in a large process, but `childFn` writes to the parent's memory. Otherwise (on systems other
/// than Linux, under emulators and sanitizers, with FFD_USE_FORK) the child has a copy of the memory,
/// and the parent continues. `childFn` must work in both cases. It may call only async-signal-safe
/// functions, must not throw, return by longjmp() or call exit(), and has 256 KiB of stack.
///
/// It runs with the parent's signal mask and dispositions. So a handler of the program that runs in the
/// child also uses the parent's memory.
///
/// If the child shares the memory, blocks until the child has executed a program or ended. Any thread;
/// not async-signal-safe; no cancellation point.
///
/// **Errors** (errno), without a child or a descriptor:
/// - EFAULT: `childFn` is null.
/// - The errors of forkfd().
///
/// \since 0.1
int vforkfd(int flags, pid_t *ppid, int (*childFn)(void *), void *token)
{
    if (flags & ~knownFlags)
        return failWith(EINVAL);
    if (!childFn)
        return failWith(EFAULT);
    return startUserCode(
        flags, ppid, {.function = childFn, .token = token, .wantsFork = (flags & FFD_USE_FORK) != 0});
}

/// Starts a program as posix_spawn(3) does, or as posix_spawnp(3) with FFD_SPAWN_SEARCH_PATH, with the
/// given `actions`, `attributes`, `argv` and `envp`. Returns the exit descriptor; `*ppid` (may be null)
/// becomes the child's process id, or 0 if other code in the process reaped the ended child before
/// the library could ask for the id (glibc 2.39 or newer). Null for `actions` or `attributes` means
/// none; null for `envp` means the parent's environment.
///
/// `flags` combines FFD_CLOEXEC, FFD_NONBLOCK, FFD_SPAWN_SEARCH_PATH and FFD_USE_FORK; the last one has
/// no effect here, because libc chooses how to create the process. libc also sets the signals: caught
/// ones become default, and the program inherits the mask and ignored signals unless `attributes` say
/// otherwise. (If SIGCHLD was ignored before the SIGCHLD backend installed its handler, the program
/// starts with the default action instead.)
///
/// If the program is open for writing (ETXTBSY), posix_spawn() is called again, with the same `actions`,
/// for at least 20 ms in all: a child that another thread is creating may hold the file for a moment.
///
/// Blocks as long as posix_spawn() does. Any thread; not async-signal-safe; no cancellation point.
///
/// **Errors** (errno), without a child or a descriptor:
/// - EINVAL: an unknown flag; FORKFD_BACKEND names an unknown or unavailable backend.
/// - EFAULT: `path` or `argv` is null.
/// - The errors of posix_spawn(): ENOENT, EACCES and others of execve(2), EBADF and others of the
///   actions, EINVAL and EPERM of the attributes. But an action on a descriptor that is not open may not
///   fail: the library opens descriptors for the start, and one may have that number.
/// - EAGAIN, EMFILE, ENFILE, ENOMEM: as for forkfd().
///
/// \since 0.1
int spawnfd(int flags, pid_t *ppid, const char *path, const posix_spawn_file_actions_t *actions,
            const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
try {
    if (flags & ~knownFlags)
        return failWith(EINVAL);
    if (!path || !argv)
        return failWith(EFAULT);
    const CancellationBlocker blocker;
    const int savedErrno = errno;
    ExitRegistry::Place place;
    if (!place.reserve())
        return failWith(ENOMEM);
    const bool searchesPath = (flags & FFD_SPAWN_SEARCH_PATH) != 0;
    std::vector<char *> ours;
    if (!envp) {
        ours = environmentNow();
        ours.push_back(nullptr);
    }
    int errorCode = 0;
    ExitWatchPtr watch = spawnChild(
        {searchesPath, path, actions, attributes, argv, envp ? envp : ours.data()}, errorCode);
    if (!watch)
        return failWith(errorCode);
    const int ffd = finishStart(place, std::move(watch), flags, ppid);
    errno = savedErrno;
    return ffd;
} catch (const std::bad_alloc &) {
    return failWith(ENOMEM);
}

/// Reports how the child behind `ffd` ended, and returns 0. `*info` receives how it ended, and `*rusage`
/// the resource usage of the child and of the descendants that were waited for; both pointers may be
/// null. The usage is all zeroes if it is unknown because other code in the process reaped the child.
///
/// `options` combines FFDW_NOHANG (do not wait) and FFDW_NOWAIT (do not reap: the child stays a zombie
/// until a later call or forkfd_close()). With Backend::SigChld, FFDW_NOWAIT has no effect: the child is
/// reaped when it ends, unless spawnfd() put it into its own process group. The first answer is kept:
/// until the descriptor is closed, every later call, from any thread and with any options, returns the
/// same answer, even if other code then reaps the child.
///
/// Blocks until the child ends, unless FFDW_NOHANG is given or the descriptor is non-blocking
/// (FFD_NONBLOCK, or O_NONBLOCK set by fcntl(2)). It continues to wait after a signal handler has run.
/// Any number of threads may wait at once and get the same answer, also if one of them closes the
/// descriptor. Any thread; not async-signal-safe; a cancellation point while it blocks.
///
/// **Errors** (errno); `*info` and `*rusage` are unchanged:
/// - EAGAIN: the child still runs, and the call does not block. This can also happen although the
///   descriptor is readable: for a moment, and for as long as a tracer holds the child.
/// - ECHILD: other code in the process reaped the child, or SIGCHLD is ignored, and the kernel no longer
///   knows the wait status (Linux 6.15 and newer keep it); or the descriptor was inherited through
///   fork().
/// - EINVAL: an unknown option; `ffd` is open, but is not an exit descriptor, or is a dup(2) of one.
/// - EBADF: `ffd` is not open, or was closed by close(2) during the call. (If another file gets the
///   number, the call may return only after the next signal.)
///
/// \since 0.1
int forkfd_wait4(int ffd, forkfd_info *info, int options, struct rusage *rusage)
{
    const CancellationBlocker blocker;
    const int savedErrno = errno;
    if (options & ~knownOptions)
        return failWith(EINVAL);
    const int status = ::fcntl(ffd, F_GETFL);
    if (status < 0)
        return failWith(errno);
    const ExitRegistry::Finding finding = ExitRegistry::find(ffd);
    if (!finding.record)
        return failWith(finding.kind == ExitRegistry::Finding::Inherited ? ECHILD : EINVAL);

    const bool blocks = !(options & FFDW_NOHANG) && !(status & O_NONBLOCK);
    const bool leavesChild = (options & FFDW_NOWAIT) != 0;
    std::optional<ExitInfo> answer = finding.record->answer(leavesChild);
    if (!answer && !blocks)
        return failWith(EAGAIN);
    if (!answer)
        answer = awaitAnswer(*finding.record, ffd, leavesChild, blocker);
    if (!answer)
        return -1;
    errno = savedErrno;
    return tell(*answer, info, rusage);
}

/// The same as forkfd_wait4() without options.
///
/// **Errors** (errno): those of forkfd_wait4().
///
/// \since 0.1
int forkfd_wait(int ffd, forkfd_info *info, struct rusage *rusage)
{
    return forkfd_wait4(ffd, info, 0, rusage);
}

/// Closes an exit descriptor, and returns 0. A child that still runs continues and leaves no zombie: the
/// library reaps it when it ends. If there is no memory or thread for that, the library tries again when
/// the next child is left to it. If no other descriptor is available, it waits for the child by its
/// process id.
///
/// The number is free when the function returns, unless other threads wait on the descriptor. They still
/// get their answer, and the last of them frees the number. In a forked copy of the process that started
/// the child, the function only closes the copy of the descriptor.
///
/// Do not use close(2) instead: the child may then stay a zombie, and the library keeps its record until
/// the descriptor's number is used again.
///
/// Never blocks. Any thread; not async-signal-safe, except in a forked process; no cancellation point.
///
/// **Errors** (errno):
/// - EINVAL: `ffd` is open, but is not an exit descriptor, or is a dup(2) of one.
/// - EBADF: `ffd` is not open, or another thread is closing it.
///
/// \since 0.1
int forkfd_close(int ffd)
{
    const CancellationBlocker blocker;
    const int savedErrno = errno;
    if (::fcntl(ffd, F_GETFD) < 0 && errno == EBADF)
        return failWith(EBADF);
    const ExitRegistry::Finding finding = ExitRegistry::find(ffd);
    if (finding.kind == ExitRegistry::Finding::Nothing)
        return failWith(EINVAL);
    if (finding.kind == ExitRegistry::Finding::Inherited)
        UniqueFd(ffd).reset();
    else if (!ExitRegistry::remove(ffd, finding.record.get()))
        return failWith(EBADF);
    errno = savedErrno;
    return 0;
}

} // namespace ForkFd
