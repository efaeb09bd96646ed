// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_THREADEDSTART_H
#define FORKFD_CORE_START_THREADEDSTART_H

#include "core/base/uniquefd.h"
#include "core/start/pendingstart.h"
#include "core/start/plan.h"

#include <functional>
#include <vector>

namespace ForkFd::Internal {

/// What PendingStart::inThread() is to start.
struct ThreadedRequest
{
    LaunchRequest launch;
    StoppableChild::Scope scope = StoppableChild::Process;
    std::vector<UniqueFd> owned; ///< Descriptors of `launch`, closed once the child has them.
    /// Called in the thread before anything else: completes the request with what is to be looked for in
    /// files.
    std::function<LaunchFailure(LaunchRequest &)> complete;
};

} // namespace ForkFd::Internal

#endif
