// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_STARTREPORT_H
#define FORKFD_CORE_START_STARTREPORT_H

#include "core/base/deadline.h"
#include "core/base/uniquefd.h"
#include "core/start/child.h"
#include "core/start/failure.h"
#include "core/start/startnames.h"

#include <ForkFd/export.h>

#include <cstddef>

namespace ForkFd::Internal {

class ExitWatch;

/// The parent's end of the socket on which a child with a copy of our memory reports its start.
///
/// States: Pending → AtModifier (only with a modifier) → Started or Failed. It is Started at the end of
/// file that a successful exec makes, at the end of the child, or `patience` after the child has
/// reported that it is about to exec. The last two are needed because a forked copy may hold the
/// child's end of the socket.
class FORKFD_EXPORT StartReport
{
public:
    enum Outcome {
        Pending,
        AtModifier, ///< The child is about to call its modifier, or is in it.
        Started,
        Failed ///< failure() says why.
    };

    /// A failure still counts this long after the announcement of the exec.
    static constexpr Deadline::Milliseconds patience{100};

    StartReport() noexcept = default;
    /// `socket` must not block.
    explicit StartReport(UniqueFd socket) noexcept
        : m_socket(std::move(socket))
    {
    }

    /// Readable when look() has news; -1: no report is expected.
    int descriptor() const noexcept { return m_socket.get(); }
    /// When look() has news although the descriptor is not readable.
    Deadline deadline() const noexcept { return m_deadline; }
    /// Reads the reports that have come. Never blocks.
    Outcome look() noexcept;
    /// The same after the end of the child, which settles the outcome.
    Outcome lookAtEnd() noexcept;
    /// Blocks until the outcome is beyond Pending, or with `passesModifier` beyond AtModifier. `watch`
    /// is the child's; null: the child is an orphan, whose end is looked for at intervals.
    Outcome await(ExitWatch *watch, bool passesModifier) noexcept;
    /// The child's last report.
    const ChildReport &received() const noexcept { return m_received; }
    /// Sets the names for failure().
    void setNames(StartNames names) noexcept { m_names = std::move(names); }
    /// Why the start has failed.
    StartFailure failure() const noexcept;

private:
    bool receive() noexcept;
    void note(ChildReport::Stage stage) noexcept;

    UniqueFd m_socket;
    Deadline m_deadline = Deadline::forever();
    Outcome m_outcome = Pending;
    ChildReport m_received;
    ChildReport m_next; ///< The report that is being received.
    std::size_t m_nextSize = 0;
    StartNames m_names;
};

} // namespace ForkFd::Internal

#endif
