// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Runs its arguments as a command, in which the kernel answers as Linux before 6.9. Exits with 77 if
// this kernel has no filters.

#include "systemcallfilter.h"

#include <cerrno>
#include <cstdio>

#include <linux/ioctl.h>
#include <unistd.h>

int main(int, char **argv)
{
    constexpr unsigned toProcessGroup = 4; // PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9
    constexpr unsigned getInfo = _IOC(0U, 0xFFU, 11U, 0U); // PIDFD_GET_INFO, Linux 6.13
    constexpr unsigned typeAndNumber = 0xFFFF;
    if (!refuse({{SYS_pidfd_send_signal, EINVAL, toProcessGroup, toProcessGroup, 3},
                 {SYS_ioctl, ENOTTY, typeAndNumber, getInfo, 1}})) {
        std::puts(
            "SKIP   : olderkernel::main() This system has no seccomp filters."); // For .ci/skipped.
        return 77;
    }
    execv(argv[1], argv + 1);
    return 1;
}
