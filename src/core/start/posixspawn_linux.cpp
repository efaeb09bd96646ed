// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Signals stay open here: posix_spawn(3) blocks them itself where it has to, and its child gets the mask
// that it was called with.

#include "core/start/start.h"

#include "core/base/libcfunction.h"
#include "core/base/signals.h"
#include "core/start/ladder_linux.h"
#include "core/start/preparedwatch_linux.h"
#include "core/start/spawncall.h"
#include "core/watch/pidfd.h"

#include <cerrno>
#include <csignal>

namespace ForkFd::Internal::System {

namespace {

/// glibc 2.39's posix_spawn(3) with a pidfd in place of a number; null where libc has none.
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

// A start that comes before the library is loaded finds nulls and does without.
const PidFdSpawn libc; // clazy:exclude=non-pod-global-static

bool mayUsePidFds() noexcept
{
    return backendWish() != BackendWish::SigChld && hasPidFd();
}

// ENOSYS where libc or the kernel cannot do it; then nothing was tried.
int spawnWithPidFd(const SpawnCall &call, PreparedWatch &watch)
{
    if (!libc || !mayUsePidFds())
        return ENOSYS;
    // Any rung that brings a pidfd.
    if (const int errorCode = watch.prepare(Rung::Copy, ExitEvent::Public, call.leadsGroup());
        errorCode != 0)
        return errorCode;
    // To ask for the number takes a descriptor: one is put aside before there is a child.
    UniqueFd spare = openReadable();
    if (!spare)
        return errno;
    int pidfd = -1;
    const auto spawn = call.searchesPath ? libc.spawnp : libc.spawn;
    const int errorCode = spawn(&pidfd, call.path, call.actions, call.attributes, call.argv, call.envp);
    if (errorCode != 0)
        return errorCode;
    spare.reset();
    const pid_t pid = libc.getPid(pidfd);
    const int pidError = pid < 0 ? errno : 0;
    watch.begin(pid < 0 ? 0 : pid, UniqueFd(pidfd));
    // ESRCH: it has ended, and somebody else has collected it. The kernel may still tell how.
    if (pidError == 0 || pidError == ESRCH)
        return 0;
    // It reads /proc, and there may be none.
    watch.take()->sendSignal(SIGKILL);
    return pidError;
}

int spawnByNumber(const SpawnCall &call, PreparedWatch &watch)
{
    Rung rung;
    int errorCode;
    do {
        rung = Ladder::rungFor(Creation::ByNumber);
        errorCode = watch.prepare(rung, ExitEvent::Public, call.leadsGroup());
    } while (errorCode != 0 && !isWatchedByNumber(rung) && Ladder::giveUpAfter(rung, errorCode));
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
