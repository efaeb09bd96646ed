// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_GUARDIAN_SEND_H
#define FORKFD_GUARDIAN_SEND_H

#include "guardian/message.h"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>

namespace ForkFd::Internal {

/// Sends a message, with a descriptor unless `fd` is -1. Returns 0 or an errno; EPIPE: the guardian has
/// ended. (The kernel says ECONNRESET once if it had not received everything.)
///
/// Has internal linkage: the child's code is compiled without sanitizers, and must get its own.
// Runs in the child between clone and exec: async-signal-safe calls only.
[[maybe_unused]] static int sendToGuardian(int socket, GuardianMessage message, int fd) noexcept
{
    iovec data = {&message, sizeof message};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
    msghdr header = {};
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    if (fd >= 0) {
        header.msg_control = control;
        header.msg_controllen = sizeof control;
        cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof fd);
        std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
    }
    ssize_t size;
    do {
        size = ::sendmsg(socket, &header, MSG_NOSIGNAL);
    } while (size < 0 && errno == EINTR);
    const int errorCode = size < 0 ? errno : 0;
    return errorCode == ECONNRESET ? EPIPE : errorCode;
}

} // namespace ForkFd::Internal

#endif
