// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_GUARDIAN_SEND_H
#define FORKFD_GUARDIAN_SEND_H

#include "guardian/message.h"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <unistd.h>

namespace ForkFd::Internal {

// All functions here have internal linkage: the child's code is compiled without sanitizers, and must
// get its own. They run in the child between clone and exec: async-signal-safe calls only.

/// The attachments of a message. The kernel checks that the sender has, or may take, the user of the
/// credentials. Without credentials the kernel attaches the real user.
struct GuardianAttachment
{
    alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(sizeof(int))] = {};
    std::size_t size = 0;

    void add(int type, const void *value, std::size_t valueSize) noexcept
    {
        auto *part = reinterpret_cast<cmsghdr *>(bytes + size);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = type;
        part->cmsg_len = CMSG_LEN(valueSize);
        std::memcpy(CMSG_DATA(part), value, valueSize);
        size += CMSG_SPACE(valueSize);
    }
};

// Returns 0 or an errno.
[[maybe_unused]] static int sendWith(int socket, GuardianMessage &message,
                                     GuardianAttachment &attachment) noexcept
{
    iovec data = {&message, sizeof message};
    msghdr header = {};
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    header.msg_control = attachment.size != 0 ? attachment.bytes : nullptr;
    header.msg_controllen = attachment.size;
    ssize_t size;
    do {
        size = ::sendmsg(socket, &header, MSG_NOSIGNAL);
    } while (size < 0 && errno == EINTR);
    return size < 0 ? errno : 0;
}

/// Sends a message, with a descriptor unless `fd` is -1. Returns 0 or an errno; EPIPE: the guardian has
/// ended. (The kernel returns ECONNRESET once if the guardian had not received everything.)
[[maybe_unused]] static int sendToGuardian(int socket, GuardianMessage message, int fd) noexcept
{
    GuardianAttachment attachment;
    if (fd >= 0)
        attachment.add(SCM_RIGHTS, &fd, sizeof fd);
    GuardianAttachment withSender = attachment;
    const ucred sender = {::getpid(), ::geteuid(), ::getegid()};
    withSender.add(SCM_CREDENTIALS, &sender, sizeof sender);
    int errorCode = sendWith(socket, message, withSender);
    if (errorCode == EINVAL || errorCode == EPERM) // The user has no number in our user namespace.
        errorCode = sendWith(socket, message, attachment);
    return errorCode == ECONNRESET ? EPIPE : errorCode;
}

} // namespace ForkFd::Internal

#endif
