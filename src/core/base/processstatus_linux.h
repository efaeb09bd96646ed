// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_PROCESSSTATUS_LINUX_H
#define FORKFD_CORE_BASE_PROCESSSTATUS_LINUX_H

#include <optional>
#include <vector>

#include <sys/types.h>

namespace ForkFd::Internal {

/// Fields of /proc/PID/stat (proc_pid_stat(5)).
struct ProcessStatus
{
    char state;
    pid_t parent;
    pid_t group;
    pid_t session;
    long threads;
    unsigned long long userTime, systemTime; ///< In clock ticks, as all times here.
    unsigned long long waitedUserTime, waitedSystemTime; ///< Of descendants that were waited for.
    unsigned long long startTime; ///< With the number it identifies the process.
    unsigned long addressSpace; ///< In bytes; 0 when the process has given its memory back.

    /// Whether the process has ended. A process whose first thread has ended is also a zombie while its
    /// other threads continue.
    bool isOver() const noexcept { return threads <= 1 && isZombie(); }
    /// Whether it has ended, or the kernel is about to end it: it runs no code of its program. Its files
    /// may still be open.
    bool isTornDown() const noexcept { return threads <= 1 && (isZombie() || addressSpace == 0); }

private:
    bool isZombie() const noexcept;
};

/// Empty if there is no such process, or if /proc belongs to another PID namespace. Throws
/// std::system_error in a shortage (EMFILE, ENFILE, ENOMEM): then the status is unknown.
std::optional<ProcessStatus> statusOf(pid_t pid);
/// The same for this content of /proc/PID/stat.
std::optional<ProcessStatus> statusIn(const char *text) noexcept;

/// The numbers of all processes that /proc shows; none if /proc belongs to another PID namespace or is
/// not mounted. Holds no descriptor when it returns. Throws as statusOf().
std::vector<pid_t> allProcesses();

/// Whether the kernel or a tracer may end the calling thread for a system call: it has a filter
/// (seccomp(2)) or is traced. True if that is not known. Throws as statusOf().
bool mayBeKilledForCalls();
/// The same for this content of /proc/thread-self/status.
bool mayBeKilledIn(const char *text) noexcept;

/// For a process whose files cannot be opened. In a shortage throws `errorCode` as std::system_error;
/// otherwise the process is gone.
void throwIfExhausted(int errorCode);

} // namespace ForkFd::Internal

#endif
