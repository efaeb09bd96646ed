// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtree.h"

#include "exitwatch.h"
#include "processhandle_linux.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>

namespace ForkFd::Internal {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// What /proc/PID/stat says of a process (proc(5)).
struct ProcessStatus
{
    char state;
    pid_t parent;
    pid_t group;
};

std::optional<ProcessStatus> statusOf(pid_t pid) noexcept
{
    char path[32];
    std::snprintf(path, sizeof path, "/proc/%d/stat", pid);
    const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
    char text[512];
    const ssize_t size = file ? ::read(file.get(), text, sizeof text - 1) : -1;
    if (size <= 0)
        return std::nullopt;
    text[size] = '\0';
    // The name, in brackets, may hold anything.
    const char *rest = std::strrchr(text, ')');
    ProcessStatus status;
    if (!rest || std::sscanf(rest, ") %c %d %d", &status.state, &status.parent, &status.group) != 3)
        return std::nullopt;
    return status;
}

/// Finds the processes of a tree, and holds on to them.
class Walk
{
public:
    Walk(ProcessHandle root, bool stops)
        : m_root(root.pid())
        , m_stops(stops)
    {
        stopIfWanted(root);
        m_found.push_back(std::move(root));
    }

    void run()
    {
        while (findMore() && Clock::now() < m_end) { }
    }
    const std::vector<ProcessHandle> &found() const noexcept { return m_found; }

private:
    // One look at every process. Whether the next one may find more.
    bool findMore()
    {
        m_comesBack = false;
        const std::size_t before = m_found.size();
        const std::unique_ptr<DIR, int (*)(DIR *)> directory(::opendir("/proc"), ::closedir);
        while (const dirent *entry = directory ? ::readdir(directory.get()) : nullptr) {
            const pid_t pid = std::atoi(entry->d_name);
            if (pid > 0 && !isFound(pid))
                examine(pid);
        }
        return m_comesBack || m_found.size() > before;
    }

    bool isFound(pid_t pid) const noexcept { return find(pid) != nullptr; }

    const ProcessHandle *find(pid_t pid) const noexcept
    {
        const auto it = std::find_if(m_found.begin(), m_found.end(),
                                     [pid](const ProcessHandle &handle) { return handle.pid() == pid; });
        return it == m_found.end() ? nullptr : &*it;
    }

    void examine(pid_t pid)
    {
        if (!belongs(statusOf(pid)))
            return;
        // Opened, and only then believed: the number may have changed hands before.
        ProcessHandle handle(pid);
        if (!belongs(statusOf(pid)))
            return;
        stopIfWanted(handle);
        m_found.push_back(std::move(handle));
    }

    // A number among those that were found is that process as long as it exists. The group's number is
    // the root's.
    bool belongs(const std::optional<ProcessStatus> &status) const noexcept
    {
        if (!status)
            return false;
        const ProcessHandle *parent = find(status->parent);
        return (parent && parent->exists()) || (status->group == m_root && m_found.front().exists());
    }

    // At most 50 ms: one that sleeps where no signal reaches it stops later, and may start others till
    // then.
    void stopIfWanted(const ProcessHandle &handle) noexcept
    {
        if (!m_stops || handle.sendSignal(SIGSTOP) != 0)
            return;
        const auto end = Clock::now() + 50ms;
        while (Clock::now() < end) {
            const std::optional<ProcessStatus> status = statusOf(handle.pid());
            if (!status || std::strchr("TtZXx", status->state))
                return;
            if (status->state == 'D')
                break;
            ::poll(nullptr, 0, 1);
        }
        m_comesBack = true;
    }

    const pid_t m_root;
    const bool m_stops;
    const Clock::time_point m_end = Clock::now() + 1s;
    std::vector<ProcessHandle> m_found; ///< The root comes first, and parents before their children.
    bool m_comesBack = false;
};

} // namespace

int signalTree(ExitWatch &root, int signal) noexcept
try {
    if (root.pidFd() < 0)
        return root.sendSignalToGroup(signal);
    ProcessHandle handleOfRoot(root.pid());
    // What descends from a child that is gone has another parent by now; and the number has another
    // owner.
    if (root.sendSignal(0) != 0)
        return root.sendSignalToGroup(signal);
    Walk walk(std::move(handleOfRoot), signal == SIGKILL);
    walk.run();
    int result = ESRCH;
    for (const ProcessHandle &handle : walk.found()) {
        const int errorCode = handle.sendSignal(signal);
        result = errorCode == 0 || result == ESRCH ? errorCode : result;
    }
    // The walk has told the rest of the group, too, but for those that came since.
    return signal == SIGKILL && root.sendSignalToGroup(signal) == 0 ? 0 : result;
} catch (const std::exception &) {
    root.sendSignalToGroup(signal);
    return ENOMEM;
}

} // namespace ForkFd::Internal
