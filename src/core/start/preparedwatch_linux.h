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

/// A descriptor that is readable and stays so. None with errno.
UniqueFd openReadable() noexcept;

/// The watch of a child that does not exist yet. What can fail is taken before.
class PreparedWatch
{
public:
    /// For a child that this rung will make. Returns 0 or an errno. Throws std::bad_alloc.
    int prepare(Rung rung, ExitEvent::Kind kind, bool leadsGroup = false);

    /// The child is there, and this is its pidfd.
    void begin(pid_t pid, UniqueFd pidfd) noexcept;
    /// The child is there, and its number is all that is known. Returns 0 or an errno; then the child
    /// has been killed and collected.
    int beginByNumber(pid_t pid) noexcept;
    /// Begins the watch of a process that is our child already, and leaves any other alone. Whether it
    /// is.
    bool beginIfChild(pid_t pid) noexcept;
    ExitWatch &get() const noexcept { return *m_watch; }
    ExitWatchPtr take() noexcept { return std::move(m_watch); }

    /// Descriptors that a child inherits of this and has no use for; -1: none.
    std::array<int, 3> inherited() const noexcept;
    /// Gives everything up without freeing or closing anything: in a child with a copy of our memory.
    void forget() noexcept;

private:
    ExitWatchPtr m_watch;
    PidFdWatch *m_pidFdWatch = nullptr; ///< m_watch, if it is one.
    SigChldWatch *m_sigChldWatch = nullptr; ///< m_watch, if it is one.
    UniqueFd m_spare;
};

} // namespace ForkFd::Internal

#endif
