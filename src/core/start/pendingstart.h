// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_PENDINGSTART_H
#define FORKFD_CORE_START_PENDINGSTART_H

#include "core/start/failure.h"
#include "core/stop/stoppablechild.h"

#include <ForkFd/export.h>

#include <chrono>
#include <memory>
#include <optional>

namespace ForkFd::Internal {

class StartReport;
struct ThreadedRequest;

/// A start whose outcome is not known yet. Its owner uses it from one thread at a time.
///
/// States: pending → known, when look() has returned true. Then failure() or child() is the outcome.
class FORKFD_EXPORT PendingStart
{
public:
    using Clock = std::chrono::steady_clock;

    /// The start of a child that has been made, and has told no more than that it is in its modifier.
    static std::unique_ptr<PendingStart> ofReport(std::shared_ptr<StoppableChild> child,
                                                  StartReport report);
    /// A start in a thread that is made by this call, inherits from its caller and ends with the start.
    /// What the request names by descriptor may be closed afterwards. Null with `failure`.
    static std::unique_ptr<PendingStart> inThread(ThreadedRequest request, LaunchFailure &failure);

    /// A start that is still pending goes on, and its child is left to the reaper; see cancel().
    virtual ~PendingStart();
    PendingStart(const PendingStart &) = delete;
    PendingStart &operator=(const PendingStart &) = delete;

    /// Readable when look() is worth a call. So is the child's own descriptor, where the child is known.
    virtual int descriptor() const noexcept = 0;
    /// When look() is worth a call in any case.
    virtual std::optional<Clock::time_point> deadline() const noexcept = 0;
    /// Whether the outcome is known. Never waits for the child to get on. In a forked copy it is.
    virtual bool look() noexcept = 0;
    /// Gives the start up. True: there is no child and will be none, and it has failed with step
    /// `canceled`. Else child() can be signalled.
    virtual bool cancel() noexcept = 0;

    /// Why it has failed; without a step it has not.
    const LaunchFailure &failure() const noexcept { return m_failure; }
    /// The child to be, which signals reach once it exists; null after a failure.
    const std::shared_ptr<StoppableChild> &child() const noexcept { return m_child; }

protected:
    explicit PendingStart(std::shared_ptr<StoppableChild> child) noexcept;

    LaunchFailure m_failure;
    std::shared_ptr<StoppableChild> m_child;
};

} // namespace ForkFd::Internal

#endif
