// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_PENDINGSTART_H
#define FORKFD_CORE_START_PENDINGSTART_H

#include "core/base/deadline.h"
#include "core/start/descriptorlist.h"
#include "core/start/failure.h"
#include "core/start/plan.h"
#include "core/stop/stoppablechild.h"

#include <ForkFd/export.h>

#include <functional>
#include <memory>

namespace ForkFd::Internal {

class StartReport;

/// The request for PendingStart::inThread().
struct ThreadedRequest
{
    StartRequest start;
    StoppableChild::Scope scope = StoppableChild::Process;
    /// Descriptors of `start`, closed once the child has them, or when the start is canceled.
    DescriptorList owned;
    bool needsDirectory = false; ///< complete() uses `directory`.
    /// Called first in the thread: completes the request with everything that needs the file system.
    /// Must not touch `owned`.
    std::function<StartFailure(ThreadedRequest &)> complete;
    int directory = -1; ///< The caller's current directory, or -1; set by inThread().
    /// Descriptors that the thread needs until its end: `directory`, and what complete() has opened.
    DescriptorList opened;
};

/// Makes the options name duplicates, which `kept` owns, so that the caller may close its descriptors.
/// Throws std::bad_alloc.
FORKFD_EXPORT FailedStep keepDescriptors(LaunchOptions &options, DescriptorList &kept);

/// A start whose outcome is not known yet. Its owner uses it from one thread at a time.
///
/// States: pending → known, when look() has returned true. Then failure() or child() is the outcome.
class FORKFD_EXPORT PendingStart
{
public:
    /// The start of a child that has reported that it is about to call its modifier.
    static std::unique_ptr<PendingStart> ofReport(std::shared_ptr<StoppableChild> child,
                                                  StartReport report);
    /// Starts the child in a new thread, which inherits from the calling thread and ends with the
    /// start. The caller may then close the descriptors of the options. Null with `failure` on failure;
    /// with step `clone` and EAGAIN also if the process exits. Opens no file that the user names.
    static std::unique_ptr<PendingStart> inThread(ThreadedRequest request, StartFailure &failure);

    /// A pending start continues, and its child is left to the keeper. cancel() gives up the start.
    virtual ~PendingStart();
    PendingStart(const PendingStart &) = delete;
    PendingStart &operator=(const PendingStart &) = delete;

    /// Call look() when it is readable, or when the exit descriptor of a known child is.
    virtual int descriptor() const noexcept = 0;
    /// The time to call look() although no descriptor is readable.
    virtual Deadline deadline() const noexcept = 0;
    /// Returns whether the outcome is known. Does not wait for the child. Always true in a forked copy.
    virtual bool look() noexcept = 0;
    /// Gives up the start. True: there is no child, and there will be none; the start has failed with
    /// step `canceled`, and its `owned` descriptors are closed. False: signal child() instead.
    virtual bool cancel() noexcept = 0;

    /// Why the start has failed; without a step it has not failed.
    const StartFailure &failure() const noexcept { return m_failure; }
    /// The child, which signals reach once it exists; null after a failure.
    const std::shared_ptr<StoppableChild> &child() const noexcept { return m_child; }

protected:
    explicit PendingStart(std::shared_ptr<StoppableChild> child) noexcept;

    StartFailure m_failure;
    std::shared_ptr<StoppableChild> m_child;
};

} // namespace ForkFd::Internal

#endif
