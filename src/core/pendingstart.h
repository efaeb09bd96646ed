// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_PENDINGSTART_H
#define FORKFD_PENDINGSTART_H

#include "launchfailure.h"

#include <ForkFd/export.h>

#include <chrono>
#include <memory>
#include <optional>

namespace ForkFd::Internal {

class StoppableChild;
class StartReport;

/// A start whose outcome is not known yet. Its owner uses it from one thread at a time.
///
/// States: pending → known, when look() has returned true. Then failure() or takeChild() tells the
/// outcome.
class FORKFD_EXPORT PendingStart
{
public:
    using Clock = std::chrono::steady_clock;

    /// The start of a child that has been made, and has told no more than that it is in its modifier.
    static std::unique_ptr<PendingStart> ofReport(std::shared_ptr<StoppableChild> child,
                                                  StartReport report);

    virtual ~PendingStart();
    PendingStart(const PendingStart &) = delete;
    PendingStart &operator=(const PendingStart &) = delete;

    /// Readable when look() is worth a call. So is the child's own descriptor, where the child is known.
    virtual int descriptor() const noexcept = 0;
    /// When look() is worth a call in any case.
    virtual std::optional<Clock::time_point> deadline() const noexcept = 0;
    /// Whether the outcome is known. Never waits for the child to get on. In a forked copy it is.
    virtual bool look() noexcept = 0;

    /// Why it has failed; without a step it has not.
    const LaunchFailure &failure() const noexcept { return m_failure; }
    /// The child that was started; null after a failure.
    std::shared_ptr<StoppableChild> takeChild() noexcept { return std::move(m_child); }

protected:
    PendingStart() noexcept;

    LaunchFailure m_failure;
    std::shared_ptr<StoppableChild> m_child;
};

} // namespace ForkFd::Internal

#endif
