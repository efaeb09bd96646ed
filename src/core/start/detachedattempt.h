// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_DETACHEDATTEMPT_H
#define FORKFD_CORE_START_DETACHEDATTEMPT_H

#include "core/start/attempt.h"

namespace ForkFd::Internal {

/// Creates a process that is nobody's child here, by fork(): our child makes it, tells its number, and
/// exits.
class DetachedAttempt : public LaunchAttempt
{
public:
    using LaunchAttempt::LaunchAttempt;

    Outcome run() noexcept;
    /// Its number, once it was started; also if it has failed then.
    pid_t orphan() const noexcept { return m_report.orphan; }

protected:
    /// Waits for the child between, which is about to exit. Whether it did its work.
    Outcome finish(pid_t child) noexcept;
};

} // namespace ForkFd::Internal

#endif
