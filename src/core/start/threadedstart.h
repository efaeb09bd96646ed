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

/// The request for PendingStart::inThread().
struct ThreadedRequest
{
    StartRequest start;
    StoppableChild::Scope scope = StoppableChild::Process;
    std::vector<UniqueFd> owned; ///< Descriptors of `start`, closed once the child has them.
    /// Called first in the thread: completes the request with all that needs the file system.
    std::function<StartFailure(StartRequest &)> complete;
};

} // namespace ForkFd::Internal

#endif
