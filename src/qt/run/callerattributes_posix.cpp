// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// In POSIX, threads differ in their scheduling and their signal mask only.

#include "qt/run/callerattributes.h"

#include <pthread.h>

namespace ForkFd::Internal {

std::optional<std::string> attributesOfThisThread()
{
    int policy = 0;
    sched_param parameters = {};
    if (::pthread_getschedparam(::pthread_self(), &policy, &parameters) != 0)
        return {};
    return std::to_string(policy) + ' ' + std::to_string(parameters.sched_priority);
}

} // namespace ForkFd::Internal
