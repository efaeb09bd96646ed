// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_THIEF_H
#define FORKFD_THIEF_H

#include <atomic>
#include <cstdint>
#include <thread>

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/// Steals every child of the process that it can, until it is destroyed.
class Thief
{
public:
    Thief() = default;
    ~Thief()
    {
        m_isDone = true;
        m_thread.join();
    }
    Thief(const Thief &) = delete;
    Thief &operator=(const Thief &) = delete;

    int count() const { return m_count; }

private:
    void steal()
    {
        while (!m_isDone) {
            if (waitpid(-1, nullptr, WNOHANG) > 0)
                ++m_count;
            else
                std::this_thread::yield();
        }
    }

    std::atomic<bool> m_isDone = false;
    std::atomic<int> m_count = 0;
    std::thread m_thread = std::thread([this] { steal(); });
};

/// Whether this kernel still has the status of a reaped child: PIDFD_INFO_EXIT of ioctl_pidfd(2), Linux
/// 6.15.
inline bool kernelRemembersStatus()
{
    struct
    {
        std::uint64_t mask = 1U << 3;
        std::uint64_t cgroupId;
        std::uint32_t ids[11];
        std::int32_t waitStatus;
    } info = {};
    const pid_t pid = fork();
    if (pid == 0)
        _exit(42);
    const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    waitpid(pid, nullptr, 0);
    const bool answers = ioctl(pidfd, _IOWR(0xFF, 11, info), &info) == 0;
    close(pidfd);
    return answers && (info.mask & (1U << 3)) && WEXITSTATUS(info.waitStatus) == 42;
}

#endif
