// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "filter.h"

#include "calls.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <linux/filter.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace Faults {

namespace {

// The program child is linked at 0x400000 and is smaller than this. The walker and all libraries lie
// above 4 GiB.
constexpr std::uint32_t childBegin = 0x400000;
constexpr std::uint32_t childEnd = 0x2000000;

class Program
{
public:
    void add(unsigned code, std::size_t k, unsigned char ifTrue = 0, unsigned char ifFalse = 0)
    {
        m_instructions.push_back(
            {static_cast<std::uint16_t>(code), ifTrue, ifFalse, static_cast<std::uint32_t>(k)});
    }
    void load(std::size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, offset); }
    void allow() { add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW); }

    sock_fprog filter()
    {
        return {static_cast<unsigned short>(m_instructions.size()), m_instructions.data()};
    }

private:
    std::vector<sock_filter> m_instructions;
};

void letChildThrough(Program &program)
{
    constexpr std::size_t pointer = offsetof(seccomp_data, instruction_pointer);
    program.load(pointer + 4); // The upper half, on little-endian.
    program.add(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 4);
    program.load(pointer);
    program.add(BPF_JMP | BPF_JGE | BPF_K, childBegin, 0, 2);
    program.add(BPF_JMP | BPF_JGE | BPF_K, childEnd, 1, 0);
    program.allow();
}

void letHandOverThrough(Program &program)
{
    program.load(offsetof(seccomp_data, nr));
    program.add(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmsg, 0, 3);
    program.load(offsetof(seccomp_data, args));
    program.add(BPF_JMP | BPF_JEQ | BPF_K, handOverFd, 0, 1);
    program.allow();
}

} // namespace

int installFilter()
{
    Program program;
    letChildThrough(program);
    letHandOverThrough(program);
    program.load(offsetof(seccomp_data, nr));
    for (const long number : exemptNumbers()) {
        program.add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::size_t>(number), 0, 1);
        program.allow();
    }
    program.add(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    const sock_fprog filter = program.filter();
    const auto install = [&filter](unsigned long flags) {
        return static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                        SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &filter));
    };
    // Root's children must be able to gain privileges, as without a filter. Other users have to renounce
    // them.
    if (geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    // Linux 5.19: a signal does not interrupt a call that waits for its answer.
    const int listener = install(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
    return listener >= 0 || errno != EINVAL ? listener : install(0);
}

bool sendDescriptor(int socket, int fd)
{
    char byte = 0;
    iovec data = {&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    *reinterpret_cast<int *>(CMSG_DATA(header)) = fd;
    return sendmsg(socket, &message, 0) == 1;
}

int receiveDescriptor(int socket)
{
    char byte;
    iovec data = {&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1)
        return -1;
    const cmsghdr *header = CMSG_FIRSTHDR(&message);
    return header ? *reinterpret_cast<const int *>(CMSG_DATA(header)) : -1;
}

int receive(int listener, seccomp_notif &call)
{
    call = {};
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0)
        return 1;
    return errno == ENOENT || errno == EINTR || errno == EAGAIN ? 0 : -1;
}

void letThrough(int listener, const seccomp_notif &call)
{
    seccomp_notif_resp response = {};
    response.id = call.id;
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response); // Fails if the caller was killed.
}

void answer(int listener, const seccomp_notif &call, int result)
{
    seccomp_notif_resp response = {};
    response.id = call.id;
    response.error = result;
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

} // namespace Faults
