// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Signals are not blocked here: posix_spawn(3) does that, and its child gets the caller's mask.

#include "core/start/start.h"

#include "core/base/signals.h"
#include "core/watch/sigchld/watch.h"

#include <cerrno>

namespace ForkFd::Internal::System {

ExitWatchPtr spawnChild(const SpawnCall &call, int &errorCode)
{
    const CancellationBlocker blocker;
    auto *watch = new SigChldWatch;
    ExitWatchPtr result(watch);
    watch->setLeadsGroup(call.leadsGroup());
    pid_t pid = -1;
    errorCode = watch->prepare(ExitEvent::Public) ? call.start(&pid) : errno;
    if (errorCode != 0)
        return nullptr;
    watch->watch(pid);
    return result;
}

} // namespace ForkFd::Internal::System
