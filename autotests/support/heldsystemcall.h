// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_HELDSYSTEMCALL_H
#define FORKFD_HELDSYSTEMCALL_H

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
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

// The system call of stat(2).
#ifdef SYS_newfstatat
inline constexpr int statCall = SYS_newfstatat;
#else
inline constexpr int statCall = SYS_fstatat64;
#endif

/// Holds up a system call in the threads and processes that a new thread starts, as a file system does
/// that does not answer. Needs no privileges.
class HeldSystemCall
{
public:
    explicit HeldSystemCall(int number, int secondNumber = -1)
        : m_numbers{number, secondNumber}
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

    /// Calls the function in a new thread. The threads and processes that it starts are held up from now
    /// on.
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

    /// Waits until a call is held up, and until each thread of a start sleeps: a copied child may reach
    /// its exec before the thread has stored its number.
    bool await() const
    {
        pollfd entry = {m_listener, POLLIN, 0};
        int count = -1;
        do { // The handler of SIGCHLD interrupts poll(2).
            count = poll(&entry, 1, 60000);
        } while (count < 0 && errno == EINTR);
        if (count != 1)
            return false;
        for (int i = 0; i < 60000 && mayStartGoOn(); ++i)
            poll(nullptr, 0, 1);
        return true;
    }

    /// Returns the thread or process whose call is held up, after await(). Once for each call.
    pid_t holder()
    {
        m_taken = {};
        return ioctl(m_listener, SECCOMP_IOCTL_NOTIF_RECV, &m_taken) == 0
            ? static_cast<pid_t>(m_taken.pid)
            : -1;
    }
    /// The number of that call.
    int heldNumber() const { return m_taken.data.nr; }
    /// Lets the call of holder() continue.
    void letHolderGo()
    {
        answer(m_taken);
        m_taken = {};
    }
    /// Lets all calls continue, those held up now and later ones.
    void letGo()
    {
        if (m_taken.id != 0)
            letHolderGo();
        if (m_listener >= 0 && !m_server.joinable())
            m_server = std::thread([this] { serve(); });
    }

private:
    // Whether the library's thread of a start runs, or waits for a lock.
    static bool mayStartGoOn()
    {
        const std::string lock = std::to_string(SYS_futex) + ' ';
        std::error_code error;
        std::filesystem::directory_iterator task("/proc/self/task", error);
        for (; !error && task != std::filesystem::directory_iterator(); task.increment(error)) {
            const std::string call = firstLineOf(task->path() / "syscall");
            if (firstLineOf(task->path() / "comm") == "forkfd-start"
                && (call == "running" || call.compare(0, lock.size(), lock) == 0))
                return true;
        }
        return false;
    }

    static std::string firstLineOf(const std::filesystem::path &path)
    {
        std::ifstream file(path);
        std::string line;
        std::getline(file, line);
        return line;
    }

    int listen() const
    {
        sock_filter program[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(m_numbers[0]), 1, 0),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(m_numbers[1]), 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const sock_fprog filter = {5, program};
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        return static_cast<int>(
            syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter));
    }

    // Answers until no process has the filter any more (POLLHUP, if the kernel reports that).
    void serve() const
    {
        pollfd entry = {m_listener, POLLIN, 0};
        for (int count = 1; (entry.revents & POLLHUP) == 0 && (count > 0 || !m_isEnding);) {
            count = poll(&entry, 1, 200);
            seccomp_notif call = {};
            if (count <= 0 || (entry.revents & POLLIN) == 0
                || ioctl(m_listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
                continue; // No call, or the caller was killed.
            answer(call);
        }
    }

    void answer(const seccomp_notif &call) const
    {
        seccomp_notif_resp answer = {};
        answer.id = call.id;
        answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        ioctl(m_listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }

    const int m_numbers[2];
    seccomp_notif m_taken = {}; ///< Id 0: none.
    std::atomic<bool> m_isEnding = false;
    int m_listener = -1;
    std::thread m_server;
};

#endif
