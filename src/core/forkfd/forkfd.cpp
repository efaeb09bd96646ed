// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/forkfd.h>

#include "core/base/signals.h"
#include "core/base/uniquefd.h"
#include "core/base/wait.h"
#include "core/forkfd/exitregistry.h"
#include "core/start/child.h"
#include "core/start/environment.h"
#include "core/start/spawncall.h"
#include "core/start/start.h"

#include <cerrno>
#include <new>
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

// The child is there, and nothing fails from here on.
int finishStart(ExitRegistry::Place &place, ExitWatchPtr watch, int flags, pid_t *ppid) noexcept
{
    const int ffd = watch->descriptor();
    // Close-on-exec until now, so that this child does not get it.
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
    ExitWatchPtr watch;
    int errorCode = 0;
    const ForkSide side = forkChild(code, watch, errorCode);
    if (side == ForkSide::Failed)
        return failWith(errorCode);
    if (side == ForkSide::Child) {
        place.forget();
        if (ppid)
            *ppid = 0;
        errno = savedErrno;
        return FFD_CHILD_PROCESS;
    }
    const int ffd = finishStart(place, std::move(watch), flags, ppid);
    errno = savedErrno;
    return ffd;
} catch (const std::bad_alloc &) {
    return failWith(ENOMEM);
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
/// `flags` is any of FFD_CLOEXEC, FFD_NONBLOCK, FFD_USE_FORK and FFD_SPAWN_SEARCH_PATH, which does
/// nothing here. Where the kernel can, child and descriptor come from one system call, without libc's
/// knowledge: the child may call async-signal-safe functions only, also in a program with one thread,
/// and the handlers of pthread_atfork(3) do not run. With FFD_USE_FORK it is a fork() with these
/// handlers; they run while all signals are blocked. (Where libc has no _Fork() and the kernel no such
/// call, they run in any case; so they do under ThreadSanitizer.)
///
/// The child has the parent's signal mask and dispositions, as after fork(), and does not have the exit
/// descriptor.
///
/// Blocks as long as fork() does. Any thread; not async-signal-safe; no cancellation point.
///
/// **Errors** (errno), without a child or a descriptor:
/// - EINVAL: an unknown flag; the environment variable FORKFD_BACKEND is set to what there is not.
/// - EAGAIN: a limit on processes was reached, or a thread that the library needs could not be made.
/// - EMFILE, ENFILE: no descriptor is left for the child.
/// - ENOMEM: no memory is left.
/// - Whatever else fork(2) gives where a filter forbids it.
///
/// \since 0.1
int forkfd(int flags, pid_t *ppid)
{
    if (flags & ~knownFlags)
        return failWith(EINVAL);
    return startUserCode(flags, ppid, {.wantsFork = (flags & FFD_USE_FORK) != 0});
}

/// Creates a child process that calls `childFn(token)` and exits with what that returns (its lowest
/// eight bits). Returns the exit descriptor; `*ppid` (may be null) becomes the child's process id.
///
/// `flags` is as for forkfd(). Where the system can, the child shares the parent's memory until it
/// executes a program or ends, and until then the calling thread stands still, as with vfork(2). This
/// makes it cheap in a large process, and what `childFn` writes to memory is the parent's. Elsewhere (on
/// systems other than Linux, under emulators and sanitizers, with FFD_USE_FORK) it works on a copy and
/// the parent goes on. So `childFn` must do with either: it may call async-signal-safe functions only,
/// must not throw, return by longjmp() or call exit(), and has 256 KiB of stack.
///
/// It runs with the parent's signal mask and dispositions: a handler of the program that is called in
/// the child runs on the parent's memory, too.
///
/// Blocks until the child has executed a program or ended, where it shares the memory. Any thread; not
/// async-signal-safe; no cancellation point.
///
/// **Errors** (errno), without a child or a descriptor:
/// - EFAULT: `childFn` is null.
/// - All those of forkfd().
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

/// Starts a program as posix_spawn(3) does, or posix_spawnp(3) with FFD_SPAWN_SEARCH_PATH, with these
/// `actions`, `attributes`, `argv` and `envp`. Returns the exit descriptor; `*ppid` (may be null)
/// becomes the child's process id, or 0 when it had ended and somebody else in the process had collected
/// it before its number could be asked for (glibc 2.39 or newer). Null as `actions` or `attributes`
/// means none, as `envp` the parent's environment.
///
/// `flags` is any of FFD_CLOEXEC, FFD_NONBLOCK, FFD_SPAWN_SEARCH_PATH and FFD_USE_FORK, which does
/// nothing here: how the process is created is libc's to choose. So is what becomes of signals: caught
/// ones become default, and the mask and ignored signals are inherited unless `attributes` say
/// otherwise. (If SIGCHLD was ignored before the SIGCHLD backend installed its handler, the program
/// starts with the default in place of that.)
///
/// Blocks as long as posix_spawn() does. Any thread; not async-signal-safe; no cancellation point.
///
/// **Errors** (errno), without a child or a descriptor:
/// - EINVAL: an unknown flag; the environment variable FORKFD_BACKEND is set to what there is not.
/// - EFAULT: `path` or `argv` is null.
/// - Whatever posix_spawn() returns: ENOENT, EACCES and others of execve(2), EBADF and others of the
///   actions, EINVAL and EPERM of the attributes.
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
    const std::vector<char *> ours = envp ? std::vector<char *>() : environmentNow();
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

/// Tells how the child behind `ffd` ended, and returns 0. `*info` and `*rusage` (both may be null)
/// become the end, and what the child and its own collected children have used. The usage is all zeroes
/// where it is not known, because somebody else in the process collected the child.
///
/// `options` is any of FFDW_NOHANG, do not wait, and FFDW_NOWAIT, do not collect: the child stays a
/// zombie until a later call or forkfd_close(). (With Backend::SigChld it is collected when it ends, and
/// this option changes nothing, except for a child that spawnfd() has put into a process group of its
/// own.) The first answer is kept: every later call gives the same, from any thread, with any options,
/// until the descriptor is closed, even if the status is stolen after it.
///
/// Blocks until the child ends, unless FFDW_NOHANG is given or the descriptor is non-blocking
/// (FFD_NONBLOCK, or O_NONBLOCK set by fcntl(2)). Goes on waiting when a signal handler has run. Any
/// number of threads may wait at once, and get the same answer; if one closes the descriptor meanwhile,
/// the others still get it. Any thread; not async-signal-safe; a cancellation point while it blocks.
///
/// **Errors** (errno), `*info` and `*rusage` being as they were:
/// - EAGAIN: the child still runs, and the call was not to block. A readable descriptor may give this
/// for
///   a moment, and as long as a tracer holds the child.
/// - ECHILD: somebody else in the process collected the child, or SIGCHLD is ignored, and the kernel
///   does not know its end any more (Linux does since 6.15); or the descriptor was inherited from the
///   process that this one was forked from.
/// - EINVAL: an unknown option; `ffd` is open but no exit descriptor, or a dup(2) of one.
/// - EBADF: `ffd` is not open, or was closed by close(2) during the call.
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
    RetryDelay retryDelay;
    std::optional<ExitInfo> answer = finding.record->answer(leavesChild);
    while (!answer && blocks) {
        sleepUntilReadable(ffd, std::chrono::milliseconds(-1), blocker);
        if (!finding.record->isBehind(ffd))
            return failWith(EBADF);
        answer = finding.record->answer(leavesChild);
        if (!answer)
            pauseFor(retryDelay.next());
    }
    errno = savedErrno;
    return answer ? tell(*answer, info, rusage) : failWith(EAGAIN);
}

/// The same as forkfd_wait4() without options: tells how the child ended, and waits for that unless the
/// descriptor is non-blocking.
///
/// **Errors** (errno): those of forkfd_wait4().
///
/// \since 0.1
int forkfd_wait(int ffd, forkfd_info *info, struct rusage *rusage)
{
    return forkfd_wait4(ffd, info, 0, rusage);
}

/// Closes an exit descriptor, and returns 0. A child that still runs goes on, is not killed, and leaves
/// no zombie: the library collects it when it ends. Where there is no memory or thread for that, it is
/// tried again when another child is left in this way. The number is free when it returns, also where no
/// other descriptor is to be had: then the library waits for the child by its number.
///
/// Threads that wait on the descriptor meanwhile get their answer as if it was open; it is closed when
/// the last of them has it. In a process that was forked from the one that started the child it closes
/// the copy of the descriptor and does nothing else.
///
/// Use it and not close(2), which leaves the child without anybody to collect it, and the library with a
/// record of it that goes when the number is used again.
///
/// Never blocks. Any thread; not async-signal-safe, except in a forked process; no cancellation point.
///
/// **Errors** (errno):
/// - EINVAL: `ffd` is open but no exit descriptor, or a dup(2) of one.
/// - EBADF: `ffd` is not open, or another thread closes it now.
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
