// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_SYSTEMCALLFILTER_H
#define FORKFD_SYSTEMCALLFILTER_H

#include "forkedcopy.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/// A system call that fails with an error: every call of that number, or only those with the given bits
/// in an argument.
struct Refusal
{
    long number;
    int errorCode;
    unsigned mask = 0; ///< The bits of the argument to compare.
    unsigned value = 0; ///< The value of these bits.
    unsigned argument = 0; ///< The index of the argument.
    unsigned action = SECCOMP_RET_ERRNO; ///< In place of an error; see seccomp(2).
};

/// From now on the kernel refuses these calls to the calling thread and its children, as an older kernel
/// or a sandbox does; with SECCOMP_FILTER_FLAG_TSYNC to all threads. There is no way back. False if the
/// kernel has no filters; see seccomp(2).
inline bool refuse(const std::vector<Refusal> &refusals, unsigned flags = 0)
{
    std::vector<sock_filter> program;
    const auto add = [&program](unsigned code, std::size_t k, unsigned char skip = 0) {
        program.push_back({static_cast<std::uint16_t>(code), 0, skip, static_cast<std::uint32_t>(k)});
    };
    constexpr std::size_t lowHalf = std::endian::native == std::endian::big ? 4 : 0;
    for (const Refusal &refusal : refusals) {
        add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
        add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::size_t>(refusal.number), 4);
        add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args) + 8 * refusal.argument + lowHalf);
        add(BPF_ALU | BPF_AND | BPF_K, refusal.mask);
        add(BPF_JMP | BPF_JEQ | BPF_K, refusal.value, 1);
        add(BPF_RET | BPF_K, refusal.action | static_cast<unsigned>(refusal.errorCode));
    }
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const sock_fprog filter = {static_cast<unsigned short>(program.size()), program.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter) == 0;
}

/// Runs `body` in a forked copy to which the kernel refuses these calls. Returns "no filter" if it has
/// no filters.
inline QByteArray inRefusedCopy(const std::vector<Refusal> &refusals,
                                const std::function<QByteArray()> &body)
{
    return inForkedCopy([&] { return refuse(refusals) ? body() : QByteArray("no filter"); });
}

/// From now on the kernel kills the process if it calls what systemd's set `@mount` has and
/// `@system-service` has not: the usual filter of a service (SystemCallFilter= in systemd.exec(5)).
inline bool beginServiceFilter()
{
    std::vector<Refusal> filter;
    for (const long call : {SYS_chroot, SYS_fsconfig, SYS_fsmount, SYS_fsopen, SYS_fspick, SYS_mount,
                            SYS_move_mount, SYS_open_tree, SYS_pivot_root, SYS_umount2})
        filter.push_back({.number = call, .errorCode = 0, .action = SECCOMP_RET_KILL_PROCESS});
    return refuse(filter);
}

inline bool hasSystemCallFilters()
{
    return inRefusedCopy({}, [] { return "filters"; }) == "filters";
}

#endif
