// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_PREPAREDWATCH_LINUX_H
#define FORKFD_CORE_START_PREPAREDWATCH_LINUX_H

#include "core/base/event.h"
#include "core/base/uniquefd.h"
#include "core/start/ladder_linux.h"
#include "core/watch/exitwatch.h"

#include <ForkFd/spawn.h>

#include <array>

namespace ForkFd::Internal {

class PidFdWatch;
class SigChldWatch;

/// Opens a descriptor that stays readable. On failure returns no descriptor, with errno.
UniqueFd openReadable() noexcept;

/// The watch of a child that does not exist yet. Makes its allocations before the child exists.
class PreparedWatch
{
public:
    /// For a child of this rung. Returns 0 or an errno. Throws std::bad_alloc.
    int prepare(Rung rung, ExitEvent::Kind kind, bool leadsGroup);
    /// The same for a child of which only the number will be known, on the best rung that is left.
    int prepareForNumber(ExitEvent::Kind kind, bool leadsGroup);

    /// Begins to watch the child by its pidfd.
    void begin(pid_t pid, UniqueFd pidfd) noexcept;
    /// Begins to watch a child of which only the number is known. Returns 0 or an errno; then the child
    /// has been killed and collected, or, if a filter refuses the signal, is left to the keeper.
    int beginByNumber(pid_t pid) noexcept;
    /// Begins to watch the process if it is our child. Returns whether it is.
    bool beginIfChild(pid_t pid) noexcept;
    ExitWatch &get() const noexcept { return *m_watch; }
    ExitWatchPtr take() noexcept { return std::move(m_watch); }

    /// The watch's descriptors, which a child inherits and does not need; -1: none.
    std::array<int, 3> inherited() const noexcept;
    /// Forgets everything without freeing or closing it, in a child with a copy of our memory.
    void forget() noexcept;

private:
    ExitWatchPtr m_watch;
    PidFdWatch *m_pidFdWatch = nullptr; ///< m_watch, if it is one.
    SigChldWatch *m_sigChldWatch = nullptr; ///< m_watch, if it is one.
    UniqueFd m_spare;
};

} // namespace ForkFd::Internal

#endif
