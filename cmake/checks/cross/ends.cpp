// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// How children end, and who sees it.

#include "check.h"

#include <cerrno>
#include <csignal>
#include <thread>

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>

using ForkFd::ExitInfo;

void exitCodes()
{
    for (const int code : {0, 3, 255})
        checkScript("exit code", "exit " + std::to_string(code), {}, code);
}

void signals()
{
    for (const int signal : {SIGKILL, SIGTERM, SIGSEGV, SIGUSR1}) {
        auto child = startScript("kill -" + std::to_string(signal) + " $$");
        const ExitInfo info = child ? child->wait().value_or(ExitInfo()) : ExitInfo();
        check(info.reason == ExitInfo::Signaled && info.signal == signal, info.toString());
    }
}

// The child still runs, is stopped, continues, and is killed.
void waiting()
{
    BlockedChild blocked;
    if (!blocked.child)
        return;
    ForkFd::Child &child = *blocked.child;
    check(!child.wait(std::chrono::milliseconds(0)), "an end of a child that runs");
    pollfd entry = {child.descriptor(), POLLIN, 0};
    check(::poll(&entry, 1, 0) == 0, "a ready descriptor of a child that runs");
    check(child.sendSignal(SIGSTOP) && child.sendSignal(SIGCONT), "stop and continue");
    check(child.sendSignal(SIGTERM), "SIGTERM");
    int ready;
    do {
        ready = ::poll(&entry, 1, -1);
    } while (ready < 0 && errno == EINTR);
    check(ready == 1, "the descriptor of a child that has ended");
    const ExitInfo info = child.wait().value_or(ExitInfo());
    check(info.reason == ExitInfo::Signaled && info.signal == SIGTERM, info.toString());
    check(child.wait() == info, "the same answer again");
    check(!child.sendSignal(SIGTERM) && errno == ESRCH, "a signal for a child that has ended");
}

// The resource usage of the child is what its end adds to that of all children.
void usage()
{
    struct rusage before, after;
    ::getrusage(RUSAGE_CHILDREN, &before);
    auto child = startScript("i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done");
    const ExitInfo info = child ? child->wait().value_or(ExitInfo()) : ExitInfo();
    ::getrusage(RUSAGE_CHILDREN, &after);
    check(info.hasUsage && info.userTime() + info.systemTime() > std::chrono::microseconds(100),
          "any time");
    check(info.userTime() < std::chrono::minutes(10), "a possible time");
    check(info.maxResidentBytes() > 65536 && info.maxResidentBytes() <= after.ru_maxrss * 1024LL,
          "memory");
    check(info.usage.ru_minflt == after.ru_minflt - before.ru_minflt, "page faults");
    check(info.usage.ru_nvcsw == after.ru_nvcsw - before.ru_nvcsw, "switches");
}

// Other code of the process reaps the child, if the SIGCHLD backend has not been faster. The library
// knows the exit code or says that it does not.
void stolenStatus()
{
    auto child = startScript("exit 3");
    if (!child)
        return;
    int status = 0;
    pid_t stolen;
    do {
        stolen = ::waitpid(child->pid(), &status, 0);
    } while (stolen < 0 && errno == EINTR);
    const ExitInfo info = child->wait().value_or(ExitInfo());
    const bool isKnown = info.reason == ExitInfo::Exited && info.code == 3;
    check(isKnown || (stolen == child->pid() && info.reason == ExitInfo::Unknown), info.toString());
    if (stolen == child->pid())
        note(isKnown ? "the kernel still knows the exit code"
                     : "the kernel no longer knows the exit code");
}

// The library reaps a child without an owner, in its own thread.
void ownerGoes()
{
    pid_t pid = -1;
    {
        BlockedChild blocked;
        if (!blocked.child)
            return;
        pid = blocked.child->pid();
        blocked.child.reset();
        check(::kill(pid, 0) == 0, "the child ends with its owner");
    }
    for (int look = 0; look < 6000 && ::kill(pid, 0) == 0; ++look)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    check(::kill(pid, 0) == -1 && errno == ESRCH, "a zombie");
}
