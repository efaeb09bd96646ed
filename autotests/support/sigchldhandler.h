// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_SIGCHLDHANDLER_H
#define FORKFD_SIGCHLDHANDLER_H

#include "processtest.h"

#include <ForkFd/forkfd.h>

#include <QtCore/QCoreApplication>

#include <atomic>
#include <cerrno>
#include <csignal>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

/// Installs an action for SIGCHLD, and restores the earlier one when it is destroyed.
class SigChldAction
{
public:
    SigChldAction() = default;
    explicit SigChldAction(const struct sigaction &action) { sigaction(SIGCHLD, &action, &m_previous); }
    explicit SigChldAction(void (*handler)(int), int flags = 0)
    {
        struct sigaction action = {};
        action.sa_handler = handler;
        action.sa_flags = flags;
        sigaction(SIGCHLD, &action, &m_previous);
    }
    explicit SigChldAction(void (*handler)(int, siginfo_t *, void *), int flags = 0)
    {
        struct sigaction action = {};
        action.sa_sigaction = handler;
        action.sa_flags = flags | SA_SIGINFO;
        sigaction(SIGCHLD, &action, &m_previous);
    }
    ~SigChldAction() { sigaction(SIGCHLD, &m_previous, nullptr); }
    SigChldAction(const SigChldAction &) = delete;
    SigChldAction &operator=(const SigChldAction &) = delete;

    const struct sigaction &previous() const { return m_previous; }
    static struct sigaction current()
    {
        struct sigaction action;
        sigaction(SIGCHLD, nullptr, &action);
        return action;
    }

private:
    struct sigaction m_previous;
};

/// Base of tests whose handlers have to run in the main thread: QtTest starts a thread, which has to
/// block SIGCHLD.
class SigChldTest : public ProcessTest
{
public:
    /// The body of main().
    template<typename Test>
    static int run(int argc, char **argv)
    {
        changeMask(SIG_BLOCK);
        QCoreApplication app(argc, argv);
        Test test;
        return QTest::qExec(&test, argc, argv);
    }
    static void changeMask(int how)
    {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        pthread_sigmask(how, &set, nullptr);
    }

protected:
    void warmUp() override
    {
        changeMask(SIG_UNBLOCK);
        ProcessTest::warmUp();
    }
};

inline bool usesSigChld()
{
    return ForkFd::backend() == ForkFd::Backend::SigChld;
}

/// Starts a child as other code of the process does.
inline pid_t spawnForeignChild(std::initializer_list<const char *> words)
{
    std::vector<char *> argv = {const_cast<char *>(FORKFD_TEST_CHILD)};
    for (const char *word : words)
        argv.push_back(const_cast<char *>(word));
    argv.push_back(nullptr);
    pid_t pid = -1;
    return posix_spawn(&pid, FORKFD_TEST_CHILD, nullptr, nullptr, argv.data(), environ) == 0 ? pid : -1;
}

/// Returns when the child is a zombie or was reaped. If all threads but one block SIGCHLD, that thread
/// has had the signal.
inline void awaitEnd(pid_t pid)
{
    siginfo_t info;
    while (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) { }
}

/// Reaps the child. Returns its exit code, or -1 if it did not exit or was stolen.
inline int collectForeignChild(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) != pid) {
        if (errno != EINTR)
            return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
