// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_THIEF_H
#define FORKFD_THIEF_H

#include <ForkFd/forkfd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <thread>

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/// A thread that calls waitpid(-1) in a loop, as some event libraries do, until the object is destroyed.
/// It steals every child of the process that it can.
class Thief
{
public:
    enum class Mask { Unchanged, Full };

    explicit Thief(Mask mask = Mask::Unchanged)
        : m_thread([this, mask] { steal(mask); })
    {
    }
    ~Thief() { stop(); }
    Thief(const Thief &) = delete;
    Thief &operator=(const Thief &) = delete;

    /// Ends the thread. Returns the number of stolen children.
    int stop()
    {
        m_isDone = true;
        if (m_thread.joinable())
            m_thread.join();
        return m_count;
    }

private:
    void steal(Mask mask)
    {
        if (mask == Mask::Full) {
            sigset_t all;
            sigfillset(&all);
            pthread_sigmask(SIG_SETMASK, &all, nullptr);
        }
        while (!m_isDone) {
            if (waitpid(-1, nullptr, WNOHANG) > 0)
                ++m_count;
            else
                std::this_thread::yield();
        }
    }

    std::atomic<bool> m_isDone = false;
    int m_count = 0; ///< The thread's own until stop().
    std::thread m_thread; // The last member: the thread uses the others.
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

/// Whether the library can recover a stolen status. Call it before SIGCHLD is ignored or a Thief runs.
inline bool isStolenStatusRecoverable()
{
    return ForkFd::backend() == ForkFd::Backend::PidFd && kernelRemembersStatus();
}

#endif
