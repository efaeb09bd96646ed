// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "guardian/processes.h"

#include "core/base/pidfd_linux.h"
#include "core/base/procfile_linux.h"
#include "guardian/pause.h"

#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <dirent.h>

namespace ForkFd::Internal {

bool lookAt(pid_t pid, Process &process) noexcept
{
    const UniqueFd file = openProcFile(pid, "stat");
    char text[512];
    if (!readText(file, text))
        return false;
    // The name, in parentheses, may contain any character.
    const char *rest = std::strrchr(text, ')');
    process.pid = pid;
    return rest
        && std::sscanf(
               rest,
               ") %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld %*d %" SCNu64,
               &process.state, &process.parent, &process.group, &process.session, &process.threads,
               &process.start)
        == 6;
}

bool mayExist(pid_t pid) noexcept
{
    return ::kill(pid, 0) == 0 || errno != ESRCH;
}

bool isGivenOutAgain(pid_t pid, std::uint64_t start) noexcept
{
    Process process;
    return lookAt(pid, process) && process.start != start;
}

namespace {

// The process has ended, or belongs to another user (proc(5), "hidepid"): another look would not see
// more.
bool isUnseen(int errorCode) noexcept
{
    return errorCode == ENOENT || errorCode == ESRCH || errorCode == EPERM || errorCode == EACCES;
}

// Returns false, with errno 0, at the end.
bool readNext(DIR *directory, pid_t &pid) noexcept
{
    errno = 0;
    const dirent *entry = ::readdir(directory);
    pid = entry ? std::atoi(entry->d_name) : 0;
    return entry != nullptr;
}

} // namespace

bool listProcesses(List<Process> &processes) noexcept
{
    processes.clear();
    DIR *directory = isProcOurs() ? ::opendir("/proc") : nullptr;
    if (!directory)
        return errno == ENOENT; // /proc is not mounted, or of another PID namespace.
    bool isComplete = true;
    pid_t pid;
    while (readNext(directory, pid)) {
        Process process;
        if (pid > 0 && lookAt(pid, process))
            processes.add(process);
        else if (pid > 0)
            isComplete = isComplete && isUnseen(errno);
    }
    isComplete = isComplete && errno == 0;
    ::closedir(directory);
    return isComplete;
}

namespace {

bool isStill(pid_t pid, std::uint64_t start) noexcept
{
    Process process;
    return lookAt(pid, process) && process.start == start;
}

} // namespace

// Looks at the parent after the process: if its start time is unchanged, the number meant this parent.
bool Walk::belongs(const Process &process) const noexcept
{
    for (const Identity &root : m_roots) {
        const bool isRoot = process.pid == root.pid && process.start == root.start;
        const bool isMember = process.group == root.pid || process.session == root.pid;
        if (isRoot || (isMember && !isGivenOutAgain(root.pid, root.start)))
            return true;
    }
    for (const Identity &found : m_found) {
        if (found.pid == process.parent && isStill(found.pid, found.start))
            return true;
    }
    return false;
}

// Compares the start time, too: a process that was found may have ended, and another may have its
// number.
bool Walk::isFound(const Process &process) const noexcept
{
    for (const Identity &found : m_found) {
        if (found.pid == process.pid && found.start == process.start)
            return true;
    }
    return false;
}

// Compares the start time after the pidfd was opened: before that, another process may have got the
// number.
void Walk::send(const Identity &found, int signal) const noexcept
{
    if (!m_usesPidFds) {
        if (isStill(found.pid, found.start))
            ::kill(found.pid, signal);
        return;
    }
    const ProcessHandle handle(found.pid);
    if (handle.isOpen() && isStill(found.pid, found.start))
        handle.sendSignal(signal);
}

// Returns whether another pass may find more.
bool Walk::pass() noexcept
{
    List<Process> processes;
    bool mayMiss = !listProcesses(processes);
    for (const Process &process : processes) {
        const bool isKnown = isFound(process);
        if (!isKnown && !(process.isAlive() && belongs(process)))
            continue;
        mayMiss = mayMiss || !isKnown || !process.isStopped();
        if (!isKnown)
            m_found.add({process.pid, process.start});
        if (!isKnown || !process.isStopped())
            send({process.pid, process.start}, SIGSTOP); // Again: a call may have failed.
    }
    return mayMiss;
}

void Walk::killAll() noexcept
{
    if (m_roots.size() == 0)
        return;
    m_found.clear();
    const Moment end = Moment::in(1000);
    while (pass() && !end.isOver())
        pauseFor(1);
    // The last descendants first: when a process dies, the kernel continues the stopped groups that
    // become orphaned.
    for (const Identity *found = m_found.end(); found != m_found.begin();)
        send(*--found, SIGKILL);
}

} // namespace ForkFd::Internal
