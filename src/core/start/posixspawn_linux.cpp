// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Signals are not blocked here: posix_spawn(3) does that, and its child gets the caller's mask.

#include "core/start/start.h"

#include "core/base/libcfunction.h"
#include "core/base/pidfd_linux.h"
#include "core/base/refusal.h"
#include "core/base/signals.h"
#include "core/start/busypause.h"
#include "core/start/ladder_linux.h"
#include "core/start/preparedwatch_linux.h"

#include <atomic>
#include <cerrno>
#include <csignal>

namespace ForkFd::Internal::System {

namespace {

/// posix_spawn(3) of glibc 2.39 with a pidfd instead of a number; null where libc lacks it.
struct PidFdSpawn
{
    using Spawn = int (*)(int *, const char *, const posix_spawn_file_actions_t *,
                          const posix_spawnattr_t *, char *const[], char *const[]);
    using GetPid = pid_t (*)(int);

    Spawn spawn = findLibcFunction<Spawn>("pidfd_spawn");
    Spawn spawnp = findLibcFunction<Spawn>("pidfd_spawnp");
    GetPid getPid = findLibcFunction<GetPid>("pidfd_getpid");

    explicit operator bool() const noexcept { return spawn && spawnp && getPid; }
};

// A start before this is initialized finds null pointers, and the child is started by number.
const PidFdSpawn libc; // clazy:exclude=non-pod-global-static

/// Whether pidfd_getpid(3) returns the numbers of children. The first answer counts for the process.
enum class NumberSource { Unknown, Usable, Unusable };
constinit std::atomic<NumberSource> numberSource = NumberSource::Unknown;

// pidfd_getpid(3) reads /proc/self/fdinfo, which may be missing, or belong to another PID namespace. So
// it is tried with this process before there is a child. glibc 2.39 fails with EBADF if it cannot open
// the file, no matter why, so a number is kept free for the file. Returns 0, ENOSYS, or the errno of a
// shortage.
int tryToGetPid() noexcept
{
    const UniqueFd self = openPidFd(::getpid());
    if (!self)
        return isRefusal(errno) ? 0 : errno; // A filter may refuse pidfd_open(2) and nothing else.
    UniqueFd spare = openReadable();
    if (!spare)
        return errno;
    spare.reset();
    const pid_t pid = libc.getPid(self.get());
    const int errorCode = pid < 0 ? errno : 0;
    if (pid != ::getpid()) {
        if (isShortage(errorCode))
            return errorCode;
        spare = openReadable(); // Another thread may have taken the last number.
        if (!spare)
            return errno;
    }
    const bool isUsable = pid == ::getpid();
    numberSource = isUsable ? NumberSource::Usable : NumberSource::Unusable;
    return isUsable ? 0 : ENOSYS;
}

int findNumberSource() noexcept
{
    const NumberSource source = numberSource;
    if (source == NumberSource::Unknown)
        return tryToGetPid();
    return source == NumberSource::Usable ? 0 : ENOSYS;
}

// Returns ENOSYS if libc or the kernel does not support this; then nothing was started.
int spawnWithPidFd(const SpawnCall &call, PreparedWatch &watch)
{
    if (!libc || !Ladder::mayUsePidFds())
        return ENOSYS;
    if (const int errorCode = findNumberSource(); errorCode != 0)
        return errorCode;
    // Any rung that returns a pidfd will do.
    if (const int errorCode = watch.prepare(Rung::Copy, ExitEvent::Public, call.leadsGroup());
        errorCode != 0)
        return errorCode;
    // pidfd_getpid(3) needs a descriptor, which is reserved before the child exists.
    UniqueFd spare = openReadable();
    if (!spare)
        return errno;
    int pidfd = -1;
    const auto spawn = call.searchesPath ? libc.spawnp : libc.spawn;
    const int errorCode = startUnlessBusy(
        [&] { return spawn(&pidfd, call.path, call.actions, call.attributes, call.argv, call.envp); });
    if (errorCode != 0)
        return errorCode;
    spare.reset();
    const pid_t pid = libc.getPid(pidfd);
    const int pidError = pid < 0 ? errno : 0;
    watch.begin(pid < 0 ? 0 : pid, UniqueFd(pidfd));
    // ESRCH: the child has ended, and other code has reaped it. The kernel may still know the status.
    if (pidError == 0 || pidError == ESRCH)
        return 0;
    // Another thread has taken the free number, or /proc is no longer available.
    watch.take()->sendSignal(SIGKILL);
    return pidError;
}

int spawnByNumber(const SpawnCall &call, PreparedWatch &watch)
{
    int errorCode = watch.prepareForNumber(ExitEvent::Public, call.leadsGroup());
    if (errorCode != 0)
        return errorCode;
    pid_t pid = -1;
    errorCode = call.start(&pid);
    return errorCode == 0 ? watch.beginByNumber(pid) : errorCode;
}

} // namespace

ExitWatchPtr spawnChild(const SpawnCall &call, int &errorCode)
{
    const CancellationBlocker blocker;
    PreparedWatch watch;
    errorCode = spawnWithPidFd(call, watch);
    if (errorCode == ENOSYS)
        errorCode = spawnByNumber(call, watch);
    return errorCode == 0 ? watch.take() : nullptr;
}

} // namespace ForkFd::Internal::System
