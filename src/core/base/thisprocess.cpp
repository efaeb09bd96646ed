// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/thisprocess.h"

#include <atomic>

#include <unistd.h>

namespace ForkFd::Internal {

static_assert(sizeof(ProcessIdentity) == 8 && std::atomic<ProcessIdentity>::is_always_lock_free);

ProcessIdentity ProcessIdentity::current() noexcept
{
    ProcessIdentity result;
    result.m_pid = ::getpid();
    result.m_stamp = processStamp();
    return result;
}

bool ProcessIdentity::isCurrent() const noexcept
{
    // The stamp is compared first: it is cheaper, and it differs in a forked copy.
    return m_stamp == processStamp() && m_pid == ::getpid();
}

} // namespace ForkFd::Internal
