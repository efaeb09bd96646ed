// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// posix_spawn(3) and waitpid(2), as in a program that uses no library.

#include "handmadechild.h"
#include "table.h"

#include "../task.h"

#include <cerrno>
#include <csignal>
#include <utility>

#include <gnu/libc-version.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Benchmarks {

namespace {

class SpawnedChild : public HandMadeChild
{
public:
    ~SpawnedChild() override
    {
        if (m_isRunning) {
            ::kill(m_pid, SIGKILL);
            ::waitpid(m_pid, nullptr, 0);
        }
    }

    void start(const Task &task) override
    {
        openPipes(task);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        for (int fd = 0; fd < 3; ++fd) {
            if (const int end = m_childEnds[static_cast<std::size_t>(fd)]; end >= 0)
                ::posix_spawn_file_actions_adddup2(&actions, end, fd);
        }
        errno = ::posix_spawn(&m_pid, task.path(), &actions, nullptr, task.argv(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        if (errno != 0)
            fail("posix_spawn");
        m_isRunning = true;
        closeChildEnds();
    }

    int awaitEnd() override
    {
        int status = 0;
        if (::waitpid(m_pid, &status, 0) != m_pid)
            fail("waitpid");
        m_isRunning = false;
        finishPipes();
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

private:
    bool m_isRunning = false;
};

class PosixSpawn : public Contestant
{
public:
    std::unique_ptr<Child> makeChild() override { return std::make_unique<SpawnedChild>(); }
    std::string version() const override { return std::string("glibc ") + ::gnu_get_libc_version(); }
    Skills skills() const override
    {
        return Skill::Single | Skill::Wait | Skill::Hold | Skill::Crowd | Skill::Read | Skill::Exchange
            | Skill::Feed | Skill::Many | Skill::Threads;
    }
};

} // namespace

std::unique_ptr<Contestant> makePosixSpawn()
{
    return std::make_unique<PosixSpawn>();
}

} // namespace Benchmarks
