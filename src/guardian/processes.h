// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_GUARDIAN_PROCESSES_H
#define FORKFD_GUARDIAN_PROCESSES_H

#include "guardian/list.h"

#include <cstdint>

#include <sys/types.h>

namespace ForkFd::Internal {

/// Fields of /proc/PID/stat (proc_pid_stat(5)).
struct Process
{
    pid_t pid = -1;
    char state = 'X';
    pid_t parent = -1;
    pid_t group = -1;
    pid_t session = -1;
    long threads = 0;
    std::uint64_t start = 0; ///< In clock ticks. With the number it identifies the process.

    /// A zombie whose other threads still run is alive.
    bool isAlive() const noexcept { return !isOver() || threads > 1; }
    /// Whether it cannot start another process.
    bool isStopped() const noexcept { return !isAlive() || state == 'T' || state == 't'; }

private:
    bool isOver() const noexcept { return state == 'Z' || state == 'X' || state == 'x'; }
};

/// Returns false, with errno, if there is no such process, or if it is hidden; see mayExist().
bool lookAt(pid_t pid, Process &process) noexcept;
/// Whether a process has this number, as far as that can be found out without /proc.
bool mayExist(pid_t pid) noexcept;
/// Whether another process has got the number of the process that began at `start`. If so, the earlier
/// process has left no group and no session: the kernel does not give out a number that a group or
/// session still has.
bool isGivenOutAgain(pid_t pid, std::uint64_t start) noexcept;

/// Lists all processes that /proc shows. Returns false if a process may be missing from the list that
/// /proc would show at another time.
bool listProcesses(List<Process> &processes) noexcept;

/// Kills processes that the program has left behind, and their descendants.
class Walk
{
public:
    /// Without pidfds, processes are signalled by number.
    explicit Walk(bool usesPidFds) noexcept
        : m_usesPidFds(usesPidFds)
    {
    }
    Walk(const Walk &) = delete;
    Walk &operator=(const Walk &) = delete;

    /// The leader of a tree, which may have ended. Its group and session count as well.
    void addRoot(pid_t pid, std::uint64_t start) noexcept { m_roots.add({pid, start}); }
    /// Stops each process when it finds it, until it finds no other or a second is over. Then kills all
    /// of them.
    void killAll() noexcept;

private:
    struct Identity
    {
        pid_t pid;
        std::uint64_t start;
    };

    bool pass() noexcept;
    bool belongs(const Process &process) const noexcept;
    bool isFound(const Process &process) const noexcept;
    void send(const Identity &found, int signal) const noexcept;

    const bool m_usesPidFds;
    List<Identity> m_roots;
    List<Identity> m_found;
};

} // namespace ForkFd::Internal

#endif
