// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/pendingstart.h"

#include "core/base/signals.h"
#include "core/start/attempt.h"
#include "core/start/startreport.h"

#include <utility>

namespace ForkFd::Internal {

namespace {

class ReportedStart final : public PendingStart
{
public:
    ReportedStart(std::shared_ptr<StoppableChild> child, StartReport report) noexcept
        : PendingStart(std::move(child))
        , m_report(std::move(report))
    {
    }

    int descriptor() const noexcept override { return m_report.descriptor(); }
    Deadline deadline() const noexcept override { return m_report.deadline(); }

    bool look() noexcept override
    {
        const CancellationBlocker blocker;
        // A forked copy shares the socket: the parent would miss what the copy reads.
        if (!m_child || !m_child->watch().belongsToThisProcess())
            return true;
        const bool isOver = m_child->watch().hasEnded();
        const StartReport::Outcome outcome = isOver ? m_report.lookAtEnd() : m_report.look();
        if (outcome == StartReport::Failed) {
            m_failure = m_report.failure();
            StartAttempt::collectFailedCopy(m_child->watch()); // The child is about to exit.
            m_child.reset();
        }
        return outcome >= StartReport::Started;
    }

    // The child exists and is signalled like any other.
    bool cancel() noexcept override { return false; }

private:
    StartReport m_report;
};

} // namespace

PendingStart::PendingStart(std::shared_ptr<StoppableChild> child) noexcept
    : m_child(std::move(child))
{
}

PendingStart::~PendingStart() = default;

std::unique_ptr<PendingStart> PendingStart::ofReport(std::shared_ptr<StoppableChild> child,
                                                     StartReport report)
{
    return std::make_unique<ReportedStart>(std::move(child), std::move(report));
}

} // namespace ForkFd::Internal
