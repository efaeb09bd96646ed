// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// System calls that a filter refuses, one by one and as the profiles of containers and services do.

#include "refusing.h"

#include <cerrno>

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/ioctl.h>

namespace Surroundings {

namespace {

// A call that a filter refuses as an older kernel does, and as a container does.
void addBothForms(std::vector<Surrounding> &all, const char *name, Refusals refusals,
                  const std::vector<Surrounding::Difference> &differences = {})
{
    for (const int error : {ENOSYS, EPERM}) {
        for (Refusal &refusal : refusals)
            refusal.errorCode = error;
        all.push_back({.name = std::string(name) + (error == EPERM ? " EPERM" : " ENOSYS"),
                       .enter = refusing(refusals),
                       .differences = differences});
        all.back().differences.push_back(noWalkBelowFilter);
    }
}

void addCalls(std::vector<Surrounding> &all)
{
    const Surrounding::Difference fallsBack = {"backend", "sigchld", "a pidfd cannot be waited for",
                                               "auto"};
    addBothForms(all, "pidfd_open", {{SYS_pidfd_open, 0}},
                 {treeIsGroup("without pidfds only a cgroup finds descendants")});
    addBothForms(all, "pidfd_send_signal", {{SYS_pidfd_send_signal, 0}});
    addBothForms(all, "waitid on pidfd", {{SYS_waitid, 0, ~0U, P_PIDFD}}, {fallsBack});
    addBothForms(all, "waitid", {{SYS_waitid, 0}}, {fallsBack});
    addBothForms(all, "wait4", {{SYS_wait4, 0}},
                 {{"usage", "no figures", "waitid() gives none", "sigchld"}});
    addBothForms(all, "CLONE_PIDFD", {{SYS_clone, 0, CLONE_PIDFD, CLONE_PIDFD}});
    all.push_back({.name = "clone3 ENOSYS",
                   .enter = refusing({{SYS_clone3, ENOSYS}}),
                   .differences = {noWalkBelowFilter}});
}

// Calls without which the library does something else, all at once.
void addOptionalCalls(std::vector<Surrounding> &all)
{
    addBothForms(all, "optional calls",
                 {{SYS_close_range, 0},
                  {SYS_memfd_create, 0},
                  {SYS_faccessat2, 0},
                  {SYS_execveat, 0},
                  {SYS_epoll_create1, 0},
                  {SYS_pwritev2, 0},
                  {SYS_madvise, 0},
                  {SYS_prctl, 0, ~0U, PR_SET_CHILD_SUBREAPER},
                  {SYS_prctl, 0, ~0U, PR_SET_NAME},
                  {SYS_prctl, 0, ~0U, PR_SET_DUMPABLE},
                  {SYS_ioctl, 0, ~0U, FIONREAD, 1},
                  {SYS_fcntl, 0, ~0U, F_SETPIPE_SZ, 1}});
}

} // namespace

std::vector<Surrounding> filterSurroundings()
{
    std::vector<Surrounding> all;
    addCalls(all);
    addOptionalCalls(all);
    return all;
}

} // namespace Surroundings
