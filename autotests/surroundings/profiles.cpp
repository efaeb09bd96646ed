// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// What the filters of containers and services refuse among the calls that the library, libc and Qt make
// or might make.

#include "refusing.h"

#include <cerrno>
#include <initializer_list>

#include <linux/sched.h>

namespace Surroundings {

namespace {

using Numbers = std::initializer_list<long>;

// All profiles refuse these to a process without CAP_SYS_ADMIN.
constexpr Numbers administration = {
    SYS_mount,    SYS_umount2,       SYS_pivot_root,      SYS_move_mount,  SYS_open_tree,
    SYS_fsopen,   SYS_fsconfig,      SYS_fsmount,         SYS_fspick,      SYS_unshare,
    SYS_setns,    SYS_bpf,           SYS_swapon,          SYS_swapoff,     SYS_reboot,
    SYS_quotactl, SYS_clock_settime, SYS_perf_event_open, SYS_init_module, SYS_delete_module,
    SYS_keyctl,   SYS_add_key,       SYS_request_key,     SYS_userfaultfd};
// Newer than Linux 5.1.
constexpr Numbers newCalls = {SYS_pidfd_send_signal, SYS_pidfd_open, SYS_pidfd_getfd, SYS_clone3,
                              SYS_close_range,       SYS_openat2,    SYS_faccessat2,  SYS_epoll_pwait2,
                              SYS_process_madvise};
constexpr Numbers pidFdCalls = {SYS_pidfd_send_signal, SYS_pidfd_open, SYS_pidfd_getfd};

Refusals every(Numbers numbers, int errorCode, unsigned action = SECCOMP_RET_ERRNO)
{
    Refusals refusals;
    for (const long number : numbers)
        refusals.push_back({.number = number, .errorCode = errorCode, .action = action});
    return refusals;
}

Refusals operator+(Refusals some, const Refusals &others)
{
    some.insert(some.end(), others.begin(), others.end());
    return some;
}

Refusals noNamespaces()
{
    return {{SYS_clone, EPERM, CLONE_NEWUSER, CLONE_NEWUSER},
            {SYS_clone, EPERM, CLONE_NEWPID, CLONE_NEWPID},
            {SYS_clone, EPERM, CLONE_NEWNS, CLONE_NEWNS}};
}

Refusals noPidFds()
{
    return {{SYS_clone, EINVAL, CLONE_PIDFD, CLONE_PIDFD}, {SYS_waitid, EINVAL, ~0U, P_PIDFD}};
}

} // namespace

std::vector<Surrounding> profileSurroundings()
{
    const Surrounding::Difference noWalk = treeIsGroup("without pidfds only a cgroup finds descendants");
    const Surrounding::Difference fallsBack = {"backend", "sigchld", "there are no pidfds", "auto"};
    static constexpr Numbers oldDocker = {
        SYS_pidfd_send_signal, SYS_pidfd_open,       SYS_pidfd_getfd,     SYS_close_range, SYS_openat2,
        SYS_faccessat2,        SYS_epoll_pwait2,     SYS_process_madvise, SYS_ptrace,      SYS_kcmp,
        SYS_process_vm_readv,  SYS_process_vm_writev};
    return {
        // libc makes no threads where clone3 fails with EPERM: Docker before 20.10.10 with glibc 2.34 or
        // newer.
        {.name = "Docker 19.03",
         .enter = refusing(every(oldDocker, EPERM) + every(administration, EPERM) + noNamespaces()
                           + every({SYS_clone3}, ENOSYS)),
         .differences = {noWalk}},
        {.name = "Docker 20.10.10",
         .enter = refusing(every({SYS_clone3}, ENOSYS) + every(administration, EPERM) + noNamespaces()),
         .differences = {noWalkBelowFilter}},
        {.name = "Flatpak",
         .enter = refusing(
             every({SYS_clone3, SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsconfig}, ENOSYS)
             + every({SYS_ptrace, SYS_chroot, SYS_personality}, EPERM) + every(administration, EPERM)
             + noNamespaces()),
         .differences = {noWalkBelowFilter}},
        {.name = "SystemCallFilter=@system-service",
         .enter = [] { return beginServiceFilter() ? std::string() : failed("seccomp"); },
         .differences = {noWalkBelowFilter}},
        {.name = "Linux 4.18",
         .enter = refusing(every(newCalls, ENOSYS) + noPidFds()),
         .differences = {noWalk, fallsBack}},
        {.name = "without pidfds",
         .enter = refusing(every(pidFdCalls, EPERM) + noPidFds()),
         .differences = {noWalk, fallsBack}},
        {.name = "killed for a pidfd",
         .enter =
             refusing(every(pidFdCalls, 0, SECCOMP_RET_KILL_PROCESS)
                      + Refusals{{SYS_clone, 0, CLONE_PIDFD, CLONE_PIDFD, 0, SECCOMP_RET_KILL_PROCESS}}),
         .differences = {noWalk},
         .mode = "sigchld"},
    };
}

} // namespace Surroundings
