// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Another process pauses the program, as `docker pause`, systemd and a shell do.

#include "delegatedcgroup.h"
#include "surrounding.h"

#include <csignal>
#include <memory>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Surroundings {

namespace {

// Pauses a child again and again, and ends as the child does.
[[noreturn]] void pauseAndEndAs(pid_t pid, const std::function<void(bool)> &pause,
                                const std::function<void()> &atEnd)
{
    int status = 1;
    bool isPaused = false;
    while (::waitpid(pid, &status, WNOHANG) == 0) {
        isPaused = !isPaused;
        pause(isPaused);
        ::poll(nullptr, 0, isPaused ? 5 : 20);
    }
    atEnd();
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

// The calling process goes on as the child.
std::string stopNowAndThen()
{
    const pid_t pid = ::fork();
    if (pid < 0)
        return failed("fork");
    if (pid > 0)
        pauseAndEndAs(
            pid, [=](bool pauses) { ::kill(pid, pauses ? SIGSTOP : SIGCONT); }, [] {});
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return "";
}

void setFrozen(const std::string &path, bool isFrozen)
{
    const int file = ::open((path + "/cgroup.freeze").c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0 || ::write(file, isFrozen ? "1" : "0", 1) != 1)
        ::_exit(1);
    ::close(file);
}

// The same, in a cgroup.
std::string freezeNowAndThen()
{
    auto group = std::make_unique<TestControlGroup>();
    if (!group->isMade())
        return failed("mkdir of a cgroup");
    if (::access((group->path() + "/cgroup.freeze").c_str(), W_OK) != 0)
        return failed("cgroup.freeze"); // Since Linux 5.2.
    const pid_t pid = ::fork();
    if (pid < 0)
        return failed("fork");
    if (pid > 0)
        pauseAndEndAs(
            pid, [&](bool freezes) { setFrozen(group->path(), freezes); },
            [&] {
                setFrozen(group->path(), false);
                group.reset();
            });
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const TestControlGroup *own = group.release(); // The parent removes it.
    return enterCgroup(own->path()) ? "" : failed("cgroup.procs");
}

} // namespace

std::vector<Surrounding> pauseSurroundings()
{
    return {
        {.name = "stopped now and then", .enter = stopNowAndThen},
        {.name = "frozen now and then", .enter = freezeNowAndThen},
    };
}

} // namespace Surroundings
