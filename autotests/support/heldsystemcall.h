// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_HELDSYSTEMCALL_H
#define FORKFD_HELDSYSTEMCALL_H

#include <atomic>
#include <cstddef>
#include <thread>
#include <type_traits>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SECCOMP_USER_NOTIF_FLAG_CONTINUE
#define SECCOMP_USER_NOTIF_FLAG_CONTINUE 1
#endif

// What stat(2) calls.
#ifdef SYS_newfstatat
inline constexpr int statCall = SYS_newfstatat;
#else
inline constexpr int statCall = SYS_fstatat64;
#endif

/// Holds up a system call in what a thread of this object's own starts, as a file system would that does
/// not answer. It needs no privileges.
class HeldSystemCall
{
public:
    explicit HeldSystemCall(int number)
        : m_number(number)
    {
    }
    ~HeldSystemCall()
    {
        letGo();
        m_isEnding = true;
        if (m_server.joinable())
            m_server.join();
        if (m_listener >= 0)
            close(m_listener);
    }
    HeldSystemCall(const HeldSystemCall &) = delete;
    HeldSystemCall &operator=(const HeldSystemCall &) = delete;

    /// Calls the function in a thread whose children, threads and processes, are held up from now on.
    template<typename Function>
    auto call(Function function)
    {
        std::invoke_result_t<Function> result;
        std::thread([this, &result, &function] {
            m_listener = listen();
            result = function();
        }).join();
        return result;
    }

    bool isPossible()
    {
        call([] { return 0; });
        return m_listener >= 0;
    }

    /// Waits until somebody is held up.
    bool await() const
    {
        pollfd entry = {m_listener, POLLIN, 0};
        return poll(&entry, 1, 60000) == 1;
    }

    /// From now on nobody is.
    void letGo()
    {
        if (m_listener >= 0 && !m_server.joinable())
            m_server = std::thread([this] { serve(); });
    }

private:
    int listen() const
    {
        sock_filter program[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(m_number), 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const sock_fprog filter = {4, program};
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        return static_cast<int>(
            syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter));
    }

    // Until all that the filter holds for have ended, where the kernel tells.
    void serve() const
    {
        pollfd entry = {m_listener, POLLIN, 0};
        for (int count = 1; (entry.revents & POLLHUP) == 0 && (count > 0 || !m_isEnding);) {
            count = poll(&entry, 1, 200);
            seccomp_notif call = {};
            if (count <= 0 || (entry.revents & POLLIN) == 0
                || ioctl(m_listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
                continue; // Killed in the meantime.
            seccomp_notif_resp answer = {};
            answer.id = call.id;
            answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
            ioctl(m_listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
        }
    }

    int m_number;
    std::atomic<bool> m_isEnding = false;
    int m_listener = -1;
    std::thread m_server;
};

#endif
