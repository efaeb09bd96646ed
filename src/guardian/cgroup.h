// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_GUARDIAN_CGROUP_H
#define FORKFD_GUARDIAN_CGROUP_H

#include "core/base/uniquefd.h"

namespace ForkFd::Internal {

/// A cgroup (version 2) that the program has made, by its directory; or none.
class Cgroup
{
public:
    Cgroup() noexcept = default;
    /// `name` is the name of the directory in its parent directory.
    void set(UniqueFd directory, const char *name) noexcept;
    /// Whether there is a cgroup that was not removed when isPopulated() looked last.
    explicit operator bool() const noexcept { return static_cast<bool>(m_directory); }

    /// Ready with EPOLLPRI when isPopulated() may have changed since its last call; -1: none.
    int events() const noexcept { return m_events.get(); }
    /// Whether a process is in the cgroup or below. True if that is unknown.
    bool isPopulated() noexcept;
    /// Kills all processes in the cgroup and below. Returns false if that is not possible.
    bool kill() const noexcept;
    /// Moves this process to the cgroup above.
    void leave() const noexcept;
    /// Removes the directory and those below, as far as they are empty.
    void remove() const noexcept;

private:
    void openEvents() noexcept;

    UniqueFd m_directory;
    UniqueFd m_events;
    char m_name[64] = {};
};

} // namespace ForkFd::Internal

#endif
