// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_DETACHEDATTEMPT_H
#define FORKFD_CORE_START_DETACHEDATTEMPT_H

#include "core/start/attempt.h"

namespace ForkFd::Internal {

/// A detached start by fork(): the child creates the orphan, which reports its number, and exits.
class DetachedAttempt : public StartAttempt
{
public:
    using StartAttempt::StartAttempt;

    Outcome run() noexcept;
    /// The orphan's number, also if it has failed; -1: no orphan has reported.
    pid_t orphan() const noexcept { return m_report.orphan; }

protected:
    /// Waits for the end of the child between parent and orphan. Returns the outcome of the start.
    Outcome finish(pid_t child) noexcept;
};

} // namespace ForkFd::Internal

#endif
