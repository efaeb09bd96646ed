// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_SURROUNDINGS_REFUSING_H
#define FORKFD_SURROUNDINGS_REFUSING_H

#include "surrounding.h"
#include "systemcallfilter.h"

#include <sys/wait.h>

#ifndef P_PIDFD
#define P_PIDFD 3 // waitid(2), Linux 5.4
#endif

namespace Surroundings {

using Refusals = std::vector<Refusal>;

/// With FORKFD_BACKEND=sigchld the library opens no pidfd below a filter, which could kill it for that.
inline constexpr Surrounding::Difference noWalkBelowFilter =
    treeIsGroup("below a filter SIGCHLD holds no descendants", "sigchld");

/// Installs a filter for these calls.
inline Surrounding::Entry refusing(const Refusals &refusals)
{
    return [refusals] { return refuse(refusals) ? std::string() : failed("seccomp"); };
}

} // namespace Surroundings

#endif
